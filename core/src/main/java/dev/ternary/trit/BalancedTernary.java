package dev.ternary.trit;

import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.Arrays;

/**
 * Integers in balanced ternary: digits -1, 0 and +1 with the weights 1, 3, 9, ... The last trit of
 * an array has the weight 1, so that {@code TernaryArray.parse("10T")} is 9 - 1 = 8. Every {@code
 * long} fits {@value #LONG_TRITS} trits.
 */
public final class BalancedTernary {

  /** Trits that are enough for every {@code long}. */
  public static final int LONG_TRITS = 41;

  private BalancedTernary() {}

  /** The digits of a number without leading zeros; one 0 for zero. */
  public static TernaryArray encode(long value) {
    int[] digits = digits(value, LONG_TRITS);
    int first = 0;
    while (first < LONG_TRITS - 1 && digits[first] == 0) {
      first++;
    }
    return TernaryArray.of(Arrays.copyOfRange(digits, first, LONG_TRITS));
  }

  /**
   * The digits of a number, as many as asked for.
   *
   * @throws IllegalArgumentException if the number needs more; {@code n} trits hold up to {@code
   *     (3^n - 1) / 2} both ways
   */
  public static TernaryArray encode(long value, int trits) {
    return TernaryArray.of(digits(value, trits));
  }

  /** The digits of each number along a new last axis. */
  public static TernaryArray encode(Tensor values, int trits) {
    long[] dims = Arrays.copyOf(values.shape().toArray(), values.shape().rank() + 1);
    dims[dims.length - 1] = trits;
    Shape shape = Shape.of(dims);
    int[] all = new int[Conversion.arrayLength(shape)];
    for (int i = 0; i < values.shape().elements(); i++) {
      System.arraycopy(digits(values.getLong(i), trits), 0, all, i * trits, trits);
    }
    return TernaryArray.of(shape, all);
  }

  private static int[] digits(long value, int trits) {
    if (trits < 0) {
      throw new IllegalArgumentException("the number of trits is negative: " + trits);
    }
    int[] digits = new int[trits];
    long rest = value;
    for (int i = trits - 1; i >= 0; i--) {
      int digit = (int) (rest % 3);
      rest /= 3;
      if (digit > 1 || digit < -1) {
        rest += digit / 2;
        digit -= 3 * (digit / 2);
      }
      digits[i] = digit;
    }
    if (rest != 0) {
      throw new IllegalArgumentException(value + " does not fit " + trits + " trits");
    }
    return digits;
  }

  /**
   * The number that an array of one axis stands for.
   *
   * @throws IllegalArgumentException if it does not fit a {@code long}
   */
  public static long decode(TernaryArray digits) {
    if (digits.rank() != 1) {
      throw new IllegalArgumentException(
          "a number is an array of one axis, got shape " + digits.shape());
    }
    return decode(digits, 0, digits.size());
  }

  /** The numbers along the last axis, I64. */
  public static Tensor decodeAll(TernaryArray digits) {
    int last = Axes.normal(-1, digits.shape());
    Shape shape = Axes.of(last).reduce(digits.shape());
    long length = digits.shape().dim(last);
    long[] values = new long[Conversion.longArrayLength(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = decode(digits, i * length, length);
    }
    return Tensor.of(shape, values);
  }

  private static long decode(TernaryArray digits, long from, long length) {
    long value = 0;
    for (long i = 0; i < length; i++) {
      value = append(value, digits.trit(from + i), digits);
    }
    return value;
  }

  /** {@code 3 * value + trit}; leaves long only if the result does, since |3 * value| grows. */
  private static long append(long value, int trit, TernaryArray digits) {
    try {
      // The product of the extreme values leaves long by one, and the trit brings it back.
      return Math.addExact(Math.addExact(value, trit), Math.multiplyExact(2L, value));
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "digits of shape " + digits.shape() + " are a number that does not fit 64 bits", e);
    }
  }

  /**
   * The numbers along the last axis times {@code 3^places}: digits move towards the first, zeros
   * follow. Digits that leave are lost, as bits are in {@code <<}.
   */
  public static TernaryArray shiftLeft(TernaryArray digits, long places) {
    return shift(digits, checked(places));
  }

  /**
   * The numbers along the last axis divided by {@code 3^places} and rounded to nearest, which is
   * what leaving digits off does in balanced ternary; there are no ties.
   */
  public static TernaryArray shiftRight(TernaryArray digits, long places) {
    return shift(digits, -checked(places));
  }

  private static long checked(long places) {
    if (places < 0) {
      throw new IllegalArgumentException("cannot shift by " + places + " places");
    }
    return places;
  }

  private static TernaryArray shift(TernaryArray digits, long left) {
    int last = Axes.normal(-1, digits.shape());
    long length = digits.shape().dim(last);
    long places = Math.min(Math.abs(left), length);
    long[] dims = digits.shape().toArray();
    dims[last] = places;
    TernaryArray zeros = TernaryArray.zeros(dims);
    return left >= 0
        ? TritShaping.concatenate(last, digits.slice(Index.ellipsis(), Index.from(places)), zeros)
        : TritShaping.concatenate(
            last, zeros, digits.slice(Index.ellipsis(), Index.to(length - places)));
  }
}
