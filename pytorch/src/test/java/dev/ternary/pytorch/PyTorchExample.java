package dev.ternary.pytorch;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.ternary.formats.IfExists;
import dev.ternary.formats.pytorch.PyTorchCheckpoint;
import dev.ternary.kernel.Activations;
import dev.ternary.kernel.Parallelism;
import dev.ternary.nn.Model;
import dev.ternary.nn.backend.PlannedRun;
import dev.ternary.nn.backend.PreparedGraph;
import dev.ternary.nn.graph.Graph;
import dev.ternary.pytorch.backend.TorchBackend;
import dev.ternary.pytorch.convert.NnExport;
import dev.ternary.pytorch.convert.TernaryCalibration;
import dev.ternary.pytorch.layers.TernaryOptions;
import dev.ternary.pytorch.networks.CifarResNet;
import dev.ternary.quant.Quantizer;
import dev.ternary.training.Examples;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The example of docs/pytorch.md; {@link PyTorchDocsTest} runs it and compares the text. */
final class PyTorchExample {

  private PyTorchExample() {}

  static int[] run(Path checkpoint, Path packed, Examples images, float[] batch)
      throws IOException {
    // docs: begin
    Torch.start(1);
    TernaryOptions options = TernaryOptions.of(Quantizer.optimal().perRow());
    var network = CifarResNet.network(20, Optional.of(options));
    try (var torch = ai.djl.Model.newInstance("resnet20", "PyTorch");
        var weights = PyTorchCheckpoint.open(checkpoint)) {
      torch.setBlock(network);
      network.initialize(torch.getNDManager(), DataType.FLOAT32, new Shape(1, 3, 32, 32));
      CifarResNet.load(network, weights.stateDict("module.")); // from here on it is ternary
      TernaryCalibration.renormalise(network, images); // batch norms fit the ternary weights
      try (Model model = NnExport.model(network, CifarResNet.INPUT, Activations.INT8)) {
        model.graph().save(packed, IfExists.REPLACE); // later, without PyTorch: Model.load(packed)
        return model.predictClasses(batch);
      }
    }
    // docs: end
  }

  static float[] onLibtorch(Graph graph, dev.ternary.tensor.Shape shape, float[] batch) {
    int samples = Math.toIntExact(batch.length / shape.elements());
    // docs: libtorch begin
    try (PreparedGraph prepared = new TorchBackend().prepare(graph);
        PlannedRun run = prepared.sized(List.of(shape)).plan(samples, Parallelism.single())) {
      run.input(0).values().copyFrom(MemorySegment.ofArray(batch));
      run.run();
      return run.output(0).toArray();
    }
    // docs: libtorch end
  }
}
