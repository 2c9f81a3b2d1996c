package dev.ternary.cli.train;

import dev.ternary.formats.IfExists;
import dev.ternary.nn.Layer;
import dev.ternary.nn.Model;
import dev.ternary.packed.Packing;
import dev.ternary.packed.TernaryTensor;
import dev.ternary.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Writes a network as small as it goes: batch norms folded, five trits a byte. */
public final class SmallModel {

  private SmallModel() {}

  /**
   * Writes the layers, and replaces the file if it exists.
   *
   * @param input shape of one sample
   */
  public static void save(Shape input, List<Layer> layers, Path file) throws IOException {
    List<Layer> small = Model.fold(input, layers).stream().map(SmallModel::pack).toList();
    try (Model model = Model.of(input, small)) {
      model.save(file, IfExists.REPLACE);
    }
  }

  private static Layer pack(Layer layer) {
    return switch (layer) {
      case Layer.TernaryLinear(var weights, var bias, var activations) ->
          new Layer.TernaryLinear(weights.repack(Packing.base243()), bias, activations);
      case Layer.TernaryConv2d(var weights, var bias, var geometry, var activations) ->
          new Layer.TernaryConv2d(
              new TernaryTensor(weights.shape(), weights.matrix().repack(Packing.base243())),
              bias,
              geometry,
              activations);
      case Layer.Residual(var body, var shortcut) ->
          new Layer.Residual(
              body.stream().map(SmallModel::pack).toList(),
              shortcut.stream().map(SmallModel::pack).toList());
      default -> layer;
    };
  }
}
