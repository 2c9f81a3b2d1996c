package dev.ternary.kernel.conv;

import dev.ternary.kernel.Activations;
import dev.ternary.kernel.FloatMatrix;

/** What all workers of one call share. */
record ConvCall(FloatMatrix x, FloatMatrix y, Activations activations, ConvWorkspace workspace) {

  boolean int8() {
    return activations == Activations.INT8;
  }
}
