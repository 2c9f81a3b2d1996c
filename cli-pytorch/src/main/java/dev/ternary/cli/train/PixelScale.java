package dev.ternary.cli.train;

import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.ImageInput;
import dev.ternary.nn.graph.ModelInfo;
import dev.ternary.nn.rewrite.FoldBatchNorm;
import dev.ternary.nn.rewrite.NormalizeInput;
import dev.ternary.packed.Packing;
import dev.ternary.tensor.Shape;
import java.util.List;
import java.util.Optional;

/**
 * How images become numbers: {@code (pixel / 255 - mean) / std}.
 *
 * @param shape of one image, channels first
 * @param mean one number for each channel
 * @param std as many
 * @param polarity which of object and background is bright
 * @param classes what the classes of the images are called
 */
record PixelScale(
    Shape shape,
    List<Float> mean,
    List<Float> std,
    ImageInput.Polarity polarity,
    List<String> classes) {

  PixelScale {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    classes = List.copyOf(classes);
  }

  /**
   * The same network for pixels from 0 to 255 as they are, as small as it goes: batch norms folded,
   * five trits a byte. It says what images it takes and what its classes are.
   */
  Graph forPixels(Graph network) {
    var image =
        ImageInput.ofPixels((int) shape.dim(0), (int) shape.dim(1), (int) shape.dim(2), polarity);
    return NormalizeInput.before(FoldBatchNorm.in(network), times255(mean), times255(std))
        .repack(Packing.base243())
        .withInfo(new ModelInfo(Optional.of(image), classes));
  }

  private static float[] times255(List<Float> values) {
    float[] scaled = new float[values.size()];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = 255 * values.get(i);
    }
    return scaled;
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
