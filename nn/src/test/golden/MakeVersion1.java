import dev.ternary.formats.IfExists;
import dev.ternary.formats.npy.NpyFile;
import dev.ternary.kernel.Activations;
import dev.ternary.kernel.Kernels;
import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.nn.Layer;
import dev.ternary.nn.Model;
import dev.ternary.nn.ModelOptions;
import dev.ternary.nn.PoolGeometry;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.Packing;
import dev.ternary.quant.Quantizer;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Made version1.safetensors, version1-x.npy and version1-y.npy, with every type of layer that
 * version 1 of the architecture had: compiled and run against the engine at commit b65de8d, the last
 * that wrote version 1 (java MakeVersion1 FOLDER). It does not compile against today's engine.
 */
public class MakeVersion1 {

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    Tensor x = tensor(new SplittableRandom(1), 3, 2, 8, 8);
    ModelOptions scalar = ModelOptions.defaults().withKernel(Kernels.scalar());
    try (Model model = Model.of(Shape.of(2, 8, 8), everyLayer(), scalar)) {
      model.save(folder.resolve("version1.safetensors"), IfExists.REPLACE);
      NpyFile.write(folder.resolve("version1-x.npy"), x, IfExists.REPLACE);
      NpyFile.write(folder.resolve("version1-y.npy"), model.predict(x), IfExists.REPLACE);
    }
  }

  private static List<Layer> everyLayer() {
    var random = new SplittableRandom(2);
    Optional<Tensor> noBias = Optional.empty();
    var base243 = new Quantizer(Quantizer.twn().rule(), Granularity.group(3), Packing.base243());
    Tensor convWeights = tensor(random, 4, 1, 3, 3);
    return List.of(
        new Layer.TernaryConv2d(
            Quantizer.absmean().perRow().quantize("w", convWeights).weights(),
            Optional.of(tensor(random, 4)),
            new ConvGeometry(1, 1, 1, 1, 1, 1, 2),
            Activations.INT8),
        new Layer.BatchNorm(
            tensor(random, 4),
            tensor(random, 4),
            tensor(random, 4),
            Tensor.of(Shape.of(4), 1f, 2f, 3f, 0.5f),
            1e-5f),
        new Layer.Relu(),
        new Layer.MaxPool2d(PoolGeometry.of(2)),
        new Layer.Residual(
            List.of(
                new Layer.Conv2d(
                    tensor(random, 8, 4, 3, 3),
                    Optional.of(tensor(random, 8)),
                    ConvGeometry.of(2, 1)),
                new Layer.Silu(),
                new Layer.Residual(List.of(new Layer.Gelu()), List.of())),
            List.of(new Layer.SubsamplePad(2, 8))),
        new Layer.AvgPool2d(PoolGeometry.of(1)),
        new Layer.GlobalAvgPool2d(),
        new Layer.Flatten(),
        new Layer.LayerNorm(tensor(random, 8), tensor(random, 8), 1e-5f),
        new Layer.TernaryLinear(
            base243.quantize("w", tensor(random, 6, 8)).matrix(), noBias, Activations.FLOAT32),
        new Layer.Gelu(Layer.Gelu.Form.TANH),
        new Layer.RmsNorm(tensor(random, 6), 1.5e-6f),
        new Layer.Linear(tensor(random, 3, 6), noBias),
        new Layer.Softmax());
  }

  private static Tensor tensor(SplittableRandom random, long... dims) {
    Shape shape = Shape.of(dims);
    float[] values = new float[(int) shape.elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return Tensor.of(shape, values);
  }
}
