package dev.ternary.kernel;

import java.util.Arrays;

/**
 * What a matrix does to each scaled result before it stores it: adds the bias of its row, then
 * applies ReLU; either or both may be absent. Immutable.
 *
 * <p>Both steps are exact rules of float32, so every kernel gives the same bits: {@code r = value +
 * bias}, rounded once, then {@code Math.max(r, 0f)}. A NaN stays NaN, also behind ReLU; behind
 * either step a zero is {@code +0}.
 */
public final class Epilogue {

  private static final Epilogue NONE = new Epilogue(new float[0], false);

  private final float[] bias;
  private final boolean relu;

  private Epilogue(float[] bias, boolean relu) {
    this.bias = bias;
    this.relu = relu;
  }

  /** Leaves results as they are. */
  public static Epilogue none() {
    return NONE;
  }

  /**
   * Adds a bias.
   *
   * @param bias one value a row of the matrix; no values at all for no bias
   * @throws IllegalArgumentException if a value is NaN or infinite; the message gives its index
   */
  public static Epilogue bias(float... bias) {
    if (bias.length == 0) {
      return NONE;
    }
    float[] copy = new float[bias.length];
    for (int i = 0; i < bias.length; i++) {
      if (!Float.isFinite(bias[i])) {
        throw new IllegalArgumentException("bias " + bias[i] + " at index " + i);
      }
      // Turns -0 into +0, so that no sum is -0.
      copy[i] = bias[i] + 0f;
    }
    return new Epilogue(copy, false);
  }

  /** The same with {@code Math.max(r, 0f)} at the end. */
  public Epilogue withRelu() {
    return new Epilogue(bias, true);
  }

  /** The same without ReLU. */
  public Epilogue withoutRelu() {
    return relu ? (hasBias() ? new Epilogue(bias, false) : NONE) : this;
  }

  /** The same for rows {@code [from, to)} of the matrix alone. */
  public Epilogue rows(int from, int to) {
    return hasBias() ? new Epilogue(Arrays.copyOfRange(bias, from, to), relu) : this;
  }

  /** Whether a bias is added. */
  public boolean hasBias() {
    return bias.length > 0;
  }

  /** Whether negative results become 0. */
  public boolean hasRelu() {
    return relu;
  }

  /** Whether results stay as they are. */
  public boolean isNone() {
    return !relu && bias.length == 0;
  }

  /** What is added in {@code row}: never -0, and +0 where there is no bias. */
  public float biasAt(int row) {
    return bias.length == 0 ? 0 : bias[row];
  }

  /** What becomes of {@code value} in {@code row}. */
  public float apply(float value, int row) {
    float sum = bias.length == 0 ? value : value + bias[row];
    return relu ? Math.max(sum, 0f) : sum;
  }

  /**
   * Checks that the bias fits a matrix of {@code rows} rows. For kernels.
   *
   * @throws IllegalArgumentException if it does not
   */
  public void checkRows(int rows) {
    if (hasBias() && bias.length != rows) {
      throw new IllegalArgumentException(
          "a matrix of " + rows + " rows needs as many biases, got " + bias.length);
    }
  }

  @Override
  public String toString() {
    String added = hasBias() ? bias.length + " biases" : "no bias";
    return relu ? added + ", ReLU" : added;
  }
}
