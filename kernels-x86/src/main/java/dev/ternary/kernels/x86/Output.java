package dev.ternary.kernels.x86;

import dev.ternary.kernel.Epilogue;

/** What a kernel stores. */
enum Output {
  /** The exact int32 sums. */
  SUMS(0, false, false, false),
  /** {@code (sum * weightScale) * tokenScale}: one scale a row. */
  SCALED(1, false, false, false),
  /** {@link #SCALED} and then a bias. */
  SCALED_BIAS(2, false, true, false),
  /** {@link #SCALED_BIAS} and then ReLU. */
  SCALED_RELU(3, false, true, true),
  /** The float32 sum of {@code groupSum * groupScale}, times the token's scale. */
  GROUPED(4, true, false, false),
  /** {@link #GROUPED} and then a bias. */
  GROUPED_BIAS(5, true, true, false),
  /** {@link #GROUPED_BIAS} and then ReLU. */
  GROUPED_RELU(6, true, true, true);

  /** How many there are. */
  static final int COUNT = values().length;

  /** Distinguishes the functions made for them. */
  final int kind;

  private final boolean grouped;
  private final boolean biased;
  private final boolean relu;

  Output(int kind, boolean grouped, boolean biased, boolean relu) {
    this.kind = kind;
    this.grouped = grouped;
    this.biased = biased;
    this.relu = relu;
  }

  /** The float32 results of a matrix. ReLU alone is ReLU with a bias of +0, which makes -0 +0. */
  static Output of(boolean grouped, Epilogue epilogue) {
    if (epilogue.isNone()) {
      return grouped ? GROUPED : SCALED;
    }
    if (epilogue.hasRelu()) {
      return grouped ? GROUPED_RELU : SCALED_RELU;
    }
    return grouped ? GROUPED_BIAS : SCALED_BIAS;
  }

  /** Whether scales take part. */
  boolean scaled() {
    return this != SUMS;
  }

  /** Whether there is more than one scale a row. */
  boolean grouped() {
    return grouped;
  }

  /** Whether a bias is added. */
  boolean biased() {
    return biased;
  }

  /** Whether ReLU comes last. */
  boolean relu() {
    return relu;
  }
}
