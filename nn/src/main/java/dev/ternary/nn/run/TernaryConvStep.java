package dev.ternary.nn.run;

import dev.ternary.kernel.Activations;
import dev.ternary.kernel.FloatMatrix;
import dev.ternary.kernel.conv.ConvWorkspace;
import dev.ternary.kernel.conv.PreparedConv2d;

/**
 * A convolution with ternary weights.
 *
 * @param conv the convolution; closed with the step
 * @param activations the form in which images enter the products
 */
public record TernaryConvStep(PreparedConv2d conv, Activations activations) implements Step {

  @Override
  public int inSize() {
    return conv.shape().inSize();
  }

  @Override
  public int outSize() {
    return conv.shape().outSize();
  }

  @Override
  public long work() {
    return conv.shape().products();
  }

  @Override
  public Runnable bind(Memory memory, FloatMatrix x, FloatMatrix y) {
    ConvWorkspace workspace = memory.convWorkspace();
    return () -> conv.apply(x, y, activations, workspace);
  }

  @Override
  public void close() {
    conv.close();
  }
}
