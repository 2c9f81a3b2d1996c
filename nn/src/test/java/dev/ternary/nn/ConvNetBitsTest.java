package dev.ternary.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ternary.kernel.Activations;
import dev.ternary.kernel.Kernels;
import dev.ternary.kernel.Parallelism;
import dev.ternary.kernel.TernaryKernel;
import dev.ternary.nn.graph.Graph;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Networks with int8 activations give the bits that they gave when each layer took and gave images
 * with their channels first: the hashes were taken at commit f9512dc.
 */
class ConvNetBitsTest {

  private static final Map<String, Integer> HASHES =
      Map.of(
          "cifar-resnet", -2040239980,
          "resnet", -495080680,
          "resnext", -137369874,
          "mobilenet", -179839631,
          "efficientnet", -787750133,
          "vgg", 1460709440);

  static List<String> names() {
    return ConvNets.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void integersGiveTheSameBitsInAnyLayout(String name) {
    Graph graph = ConvNets.named(name, Activations.INT8);
    float[] images = ConvNets.images(5, 3);
    for (TernaryKernel kernel : List.of(Kernels.scalar(), Kernels.best())) {
      for (int threads = 1; threads <= 3; threads += 2) {
        try (Parallelism parallelism = Parallelism.always(threads);
            Model model =
                Model.of(
                    graph,
                    ModelOptions.defaults().withKernel(kernel).withParallelism(parallelism))) {
          float[] y = model.predict(images);
          assertThat(Arrays.hashCode(y)).as(name + Arrays.toString(y)).isEqualTo(HASHES.get(name));
          int size = images.length / 5;
          float[] alone = model.predict(Arrays.copyOfRange(images, 2 * size, 3 * size));
          assertThat(alone).isEqualTo(Arrays.copyOfRange(y, 20, 30));
        }
      }
    }
  }
}
