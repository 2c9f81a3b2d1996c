package dev.ternary.nn.quantize;

import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.nn.graph.Operation;
import dev.ternary.tensor.Shape;
import java.util.SplittableRandom;

/**
 * At which places of a layer's output the layer is fitted, and what it sees there.
 *
 * @param layer the layer
 * @param in shape of one input
 * @param out shape of one output
 */
record Windows(Operation.Product layer, Shape in, Shape out) {

  /** Places a sample; neighbours say nearly the same. */
  private static final int MOST = 48;

  /** Weights a row. */
  int cols() {
    Shape weights = layer.values().shape();
    return Math.toIntExact(weights.elements() / Math.max(1, weights.dim(0)));
  }

  /** Parts that inputs and outputs are divided into. */
  int groups() {
    return switch (layer) {
      case Operation.Conv2d conv -> conv.geometry().groups();
      case Operation.Linear _ -> 1;
    };
  }

  /** Output features. */
  int features() {
    return Math.toIntExact(layer.values().shape().dim(0));
  }

  /** Places that one output has. */
  int places() {
    return Math.toIntExact(out.elements() / Math.max(1, features()));
  }

  /** Some places of one sample: all where they are few, otherwise by chance. */
  int[] choose(SplittableRandom random) {
    int places = places();
    int[] chosen = new int[Math.min(MOST, places)];
    for (int i = 0; i < chosen.length; i++) {
      chosen[i] = places <= MOST ? i : random.nextInt(places);
    }
    return chosen;
  }

  /** Copies what one group of the layer sees at a place. */
  void input(float[] sample, int place, int group, float[] into) {
    switch (layer) {
      case Operation.Linear _ -> System.arraycopy(sample, place * cols(), into, 0, cols());
      case Operation.Conv2d conv -> window(conv, sample, place, group, into);
    }
  }

  private void window(Operation.Conv2d conv, float[] sample, int place, int group, float[] into) {
    ConvGeometry g = conv.geometry();
    Shape kernel = conv.values().shape();
    int channels = (int) kernel.dim(1);
    int height = (int) in.dim(1);
    int width = (int) in.dim(2);
    int outWidth = (int) out.dim(2);
    int top = place / outWidth * g.strideH() - g.padH();
    int left = place % outWidth * g.strideW() - g.padW();
    int to = 0;
    for (int c = 0; c < channels; c++) {
      int plane = (group * channels + c) * height * width;
      for (int ky = 0; ky < kernel.dim(2); ky++) {
        int row = top + ky * g.dilationH();
        for (int kx = 0; kx < kernel.dim(3); kx++) {
          int col = left + kx * g.dilationW();
          boolean inside = row >= 0 && row < height && col >= 0 && col < width;
          into[to++] = inside ? sample[plane + row * width + col] : 0;
        }
      }
    }
  }

  /** Copies what one group of the layer gives at a place, without its bias. */
  void output(float[] sample, float[] bias, int place, int group, float[] into) {
    for (int i = 0; i < into.length; i++) {
      int feature = group * into.length + i;
      float value =
          switch (layer) {
            case Operation.Linear _ -> sample[place * features() + feature];
            case Operation.Conv2d _ -> sample[feature * places() + place];
          };
      into[i] = bias.length == 0 ? value : value - bias[feature];
    }
  }
}
