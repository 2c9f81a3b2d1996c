package dev.ternary.nn.cpu;

import dev.ternary.kernel.Activations;
import dev.ternary.kernel.conv.ConvWorkspace;
import dev.ternary.kernel.conv.PreparedConv2d;
import dev.ternary.tensor.Shape;
import java.util.List;

/**
 * A convolution with ternary weights.
 *
 * @param conv the convolution; closed with the operator
 * @param activations the form in which images enter the products
 */
record TernaryConv(PreparedConv2d conv, Activations activations) implements Operator {

  @Override
  public long work(List<Shape> in, Shape out) {
    return conv.shape().products();
  }

  @Override
  public Runnable bind(Memory memory, List<Operand> in, Operand out) {
    ConvWorkspace workspace = memory.convWorkspace();
    Operand x = in.getFirst();
    return () -> conv.apply(x.matrix(), out.matrix(), activations, workspace);
  }

  @Override
  public void close() {
    conv.close();
  }
}
