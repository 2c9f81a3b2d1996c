package dev.ternary.nn;

import dev.ternary.formats.IfExists;
import dev.ternary.formats.TensorFile;
import dev.ternary.formats.tensors.TensorFiles;
import dev.ternary.kernel.Activations;
import dev.ternary.kernel.conv.ConvGeometry;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.GraphBuilder;
import dev.ternary.nn.graph.Operation;
import dev.ternary.nn.graph.PoolGeometry;
import dev.ternary.nn.graph.Weights;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.quant.Quantizer;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The programs of docs/inference.md, which shows what stands between the marks. */
final class InferenceExample {

  private InferenceExample() {}

  // docs: begin mlp
  /** Linear(0), ReLU(1), Linear(2), ... as nn.Sequential names them, with ternary weights. */
  static Graph mlp(TensorFile file, int layers) throws IOException {
    List<Operation> operations = new ArrayList<>();
    for (int i = 0; i < 2 * layers; i += 2) {
      Tensor weight = file.tensor(i + ".weight").toTensor(); // [out, in]
      Tensor bias = file.tensor(i + ".bias").toTensor();
      TernaryMatrix trits = Quantizer.optimal().perRow().quantize(i + ".weight", weight).matrix();
      operations.add(Operation.Linear.ternary(trits, Optional.of(bias), Activations.INT8));
      operations.add(new Operation.Relu());
    }
    operations.removeLast();
    return Graph.sequence(Shape.of(file.tensor("0.weight").shape().dim(1)), operations);
  }

  // docs: end mlp

  // docs: begin resnet
  /** torchvision's ResNet-18, from the tensors of its checkpoint. */
  static Graph resnet18(TensorFile file) throws IOException {
    GraphBuilder g = Graph.builder();
    String x = g.input("image", Shape.of(3, 224, 224));
    x = g.add("relu", new Operation.Relu(), convolution(g, file, "conv1", "bn1", x, 2, 3));
    x = g.add("maxpool", new Operation.MaxPool2d(PoolGeometry.of(3, 2, 1)), x);
    for (int layer = 1; layer <= 4; layer++) {
      x = block(g, file, "layer" + layer + ".0.", x, layer == 1 ? 1 : 2);
      x = block(g, file, "layer" + layer + ".1.", x, 1);
    }
    x = g.add("avgpool", new Operation.GlobalAvgPool2d(), x);
    Tensor weight = file.tensor("fc.weight").toTensor();
    Optional<Tensor> bias = Optional.of(file.tensor("fc.bias").toTensor());
    return g.output(g.add("fc", Operation.Linear.dense(weight, bias), x)).build();
  }

  private static String block(GraphBuilder g, TensorFile file, String name, String x, int stride)
      throws IOException {
    String y = convolution(g, file, name + "conv1", name + "bn1", x, stride, 1);
    y = g.add(name + "relu1", new Operation.Relu(), y);
    y = convolution(g, file, name + "conv2", name + "bn2", y, 1, 1);
    String skip = name + "downsample.";
    String from = stride == 1 ? x : convolution(g, file, skip + "0", skip + "1", x, stride, 0);
    return g.add(name + "relu2", new Operation.Relu(), g.add(name, new Operation.Add(), y, from));
  }

  private static String convolution(
      GraphBuilder g, TensorFile file, String conv, String norm, String x, int stride, int padding)
      throws IOException {
    Tensor weight = file.tensor(conv + ".weight").toTensor(); // [out, in, height, width]
    var geometry = ConvGeometry.of(stride, padding);
    String y = g.add(conv, Operation.Conv2d.dense(weight, Optional.empty(), geometry), x);
    List<Tensor> parts = new ArrayList<>();
    for (String part : List.of("weight", "bias", "running_mean", "running_var")) {
      parts.add(file.tensor(norm + "." + part).toTensor());
    }
    var batchNorm =
        new Operation.BatchNorm(parts.get(0), parts.get(1), parts.get(2), parts.get(3), 1e-5f);
    return g.add(norm, batchNorm, y);
  }

  /** All weights ternary but those of the first and the last layer. */
  static Graph ternary(Graph graph) {
    Quantizer quantizer = Quantizer.optimal().perRow();
    return graph.mapWeights(w ->
        w.shape().dim(1) == 3 || w.shape().rank() == 2
            ? w
            : new Weights.Ternary(
                quantizer.quantize("weights", w.toDense()).weights(), Activations.INT8));
  }

  // docs: end resnet

  // docs: begin run
  /** From a checkpoint to a file that {@link Model#load} and {@code ternary run} take. */
  static float[] convertAndRun(Path checkpoint, Path packed, float[] images) throws IOException {
    try (TensorFile file = TensorFiles.open(checkpoint)) { // .pth, .safetensors, .npz
      ternary(resnet18(file)).save(packed, IfExists.REPLACE);
    }
    try (Model model = Model.load(packed)) { // keep it: loading costs, predicting does not
      return model.predict(images); // [samples, 3, 224, 224] to [samples, 1000]
    }
  }
  // docs: end run
}
