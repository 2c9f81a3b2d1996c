package dev.ternary.kernels.vector;

import jdk.incubator.vector.VectorShape;

/**
 * Which width was asked for; apart from {@link VectorCpu}, which only loads at a width it knows.
 */
final class VectorWidth {

  /** Names the width in bits: 128, 256 or 512. The default is what the JVM prefers. */
  static final String PROPERTY = "ternary.vector.bits";

  private VectorWidth() {}

  static int bits() {
    return Integer.getInteger(PROPERTY, VectorShape.preferredShape().vectorBitSize());
  }
}
