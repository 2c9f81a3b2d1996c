package dev.ternary.trit;

import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;

/** First positions of the least and the greatest. */
final class Searching {

  private Searching() {}

  static Tensor argMax(TernaryArray array, Axes axes) {
    int axis = axes.only(array.shape());
    Shape result = axes.reduce(array.shape());
    TernaryArray moved = array.moveAxis(axis, -1);
    long length = array.shape().dim(axis);
    long[] found = new long[Conversion.longArrayLength(result)];
    if (length == 0 && found.length > 0) {
      throw new IllegalArgumentException(
          "axis "
              + axis
              + " of shape "
              + array.shape()
              + " is empty: nothing is greatest or least");
    }
    for (int i = 0; i < found.length; i++) {
      found[i] = argMax(moved, i * length, length);
    }
    return Tensor.of(result, found);
  }

  /** Position within {@code [from, from + length)} of the first greatest trit. */
  static long argMax(TernaryArray array, long from, long length) {
    long positive = first(array.positive(), true, from, length);
    if (positive < length) {
      return positive;
    }
    long zero = first(array.negative(), false, from, length);
    return zero < length ? zero : 0;
  }

  /** Offset of the first bit that is {@code bit}; {@code length} if there is none. */
  private static long first(BitPlane plane, boolean bit, long from, long length) {
    for (long at = 0; at < length; at += 64) {
      int count = (int) Math.min(64, length - at);
      long bits = plane.bits(from + at, count);
      long match = bit ? bits : ~bits & BitPlane.mask(count);
      if (match != 0) {
        return at + Long.numberOfTrailingZeros(match);
      }
    }
    return length;
  }
}
