package dev.ternary.cli.pytorch;

import dev.ternary.datasets.ImageDataset;
import dev.ternary.formats.safetensors.SafetensorsFile;
import dev.ternary.nn.Model;
import dev.ternary.quant.Quantized;
import dev.ternary.quant.Quantizer;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;

/** The example of the README; {@link ReadmeTest} runs it and checks that the README shows it. */
final class ReadmeExample {

  private ReadmeExample() {}

  static int run(Path floatFile, Path packedFile) throws IOException {
    // README: begin
    // Quantize a weight of the quickstart's float32.safetensors: least squared error, row by row.
    try (SafetensorsFile file = SafetensorsFile.open(floatFile)) {
      Quantized fc = Quantizer.optimal().perRow().quantize("fc", file.tensor("1.weight"));
      System.out.println(fc.report().counts() + " " + fc.report().relativeSquaredError());
    }
    // Run the model that the quickstart packed, without PyTorch.
    try (Model model = Model.load(packedFile)) {
      Tensor images = ImageDataset.mnist().test().images(); // U8 [10000, 28, 28]
      int[] digits = model.predictClasses(images);
      System.out.println("the first image shows a " + digits[0]);
      return digits[0];
    }
    // README: end
  }
}
