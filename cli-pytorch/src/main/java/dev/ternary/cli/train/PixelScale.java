package dev.ternary.cli.train;

import dev.ternary.nn.Layer;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * How images become numbers: {@code (pixel / 255 - mean) / std}.
 *
 * @param shape of one image, channels first
 * @param mean one number for each channel
 * @param std as many
 */
record PixelScale(Shape shape, List<Float> mean, List<Float> std) {

  /** Copies the lists. */
  PixelScale {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
  }

  /** The same network for pixels from 0 to 255 as they are: a batch norm before it does it. */
  List<Layer> before(List<Layer> layers) {
    int channels = mean.size();
    float[] gamma = new float[channels];
    float[] means = new float[channels];
    float[] variances = new float[channels];
    for (int c = 0; c < channels; c++) {
      gamma[c] = 1;
      means[c] = 255 * mean.get(c);
      variances[c] = 255 * std.get(c) * 255 * std.get(c);
    }
    var all = new ArrayList<Layer>();
    all.add(
        new Layer.BatchNorm(
            Tensor.of(Shape.of(channels), gamma),
            Tensor.of(Shape.of(channels), new float[channels]),
            Tensor.of(Shape.of(channels), means),
            Tensor.of(Shape.of(channels), variances),
            0));
    all.addAll(layers);
    return all;
  }

  /** The pixels that an image of numbers was made of. */
  void toPixels(float[] image) {
    int plane = image.length / mean.size();
    for (int i = 0; i < image.length; i++) {
      int c = i / plane;
      image[i] = Math.round((image[i] * std.get(c) + mean.get(c)) * 255);
    }
  }
}
