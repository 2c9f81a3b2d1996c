package dev.ternary.nn.cpu;

import dev.ternary.kernel.Activations;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.conv.ConvWorkspace;
import dev.ternary.kernel.conv.FeatureMaps;
import dev.ternary.kernel.conv.PreparedConv2d;
import dev.ternary.tensor.Shape;
import java.util.List;

/**
 * A convolution of images with their channels last; adds its second input, if it has one, before
 * the ReLU.
 *
 * @param conv the convolution; closed with the operator
 * @param activations the form in which images enter the products
 */
record Convolution(PreparedConv2d conv, Activations activations) implements Operator {

  private static final int ADDEND = 1;

  @Override
  public long work(List<Shape> in, Shape out) {
    return conv.shape().products();
  }

  @Override
  public boolean inPlace(int index) {
    return index == ADDEND;
  }

  @Override
  public boolean readsMaxima(int index) {
    return index != ADDEND && activations == Activations.INT8;
  }

  @Override
  public boolean writesMaxima() {
    return true;
  }

  @Override
  public Runnable bind(Memory memory, List<Operand> in, Operand out) {
    ConvWorkspace workspace = memory.convWorkspace();
    FeatureMaps x = in.getFirst().featureMaps();
    FeatureMaps y = out.featureMaps();
    if (in.size() == 1) {
      return () -> conv.applyChannelsLast(x, y, activations, workspace);
    }
    FloatMatrix addend = in.get(ADDEND).matrix();
    return () -> conv.applyChannelsLast(x, addend, y, activations, workspace);
  }

  @Override
  public void close() {
    conv.close();
  }
}
