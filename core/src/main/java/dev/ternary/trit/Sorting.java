package dev.ternary.trit;

import dev.ternary.tensor.Tensor;

/** Sorts by counting: there are three values. */
final class Sorting {

  private Sorting() {}

  static TernaryArray sort(TernaryArray array, int axis) {
    int normal = Axes.normal(axis, array.shape());
    TernaryArray moved = array.moveAxis(normal, -1);
    long length = array.shape().dim(normal);
    PlaneWriter p = new PlaneWriter(array.size());
    PlaneWriter n = new PlaneWriter(array.size());
    for (long at = 0; at < array.size(); at += length) {
      long negatives = moved.negative().count(at, length);
      long positives = moved.positive().count(at, length);
      n.fill(true, negatives);
      n.fill(false, length - negatives);
      p.fill(false, length - positives);
      p.fill(true, positives);
    }
    return new TernaryArray(moved.shape(), p.done(), n.done()).moveAxis(-1, normal);
  }

  static Tensor argSort(TernaryArray array, int axis) {
    int normal = Axes.normal(axis, array.shape());
    Lanes lanes = Lanes.of(array.shape(), normal, normal + 1);
    long[] positions = new long[Conversion.longArrayLength(array.shape())];
    for (long outer = 0; outer < lanes.outer(); outer++) {
      for (long inner = 0; inner < lanes.inner(); inner++) {
        sortLane(array, lanes, outer * lanes.length() * lanes.inner() + inner, positions);
      }
    }
    return Tensor.of(array.shape(), positions);
  }

  private static void sortLane(TernaryArray array, Lanes lanes, long first, long[] positions) {
    int next = (int) first;
    int stride = (int) lanes.inner();
    for (int trit = -1; trit <= 1; trit++) {
      for (long i = 0; i < lanes.length(); i++) {
        if (array.trit(first + i * stride) == trit) {
          positions[next] = i;
          next += stride;
        }
      }
    }
  }
}
