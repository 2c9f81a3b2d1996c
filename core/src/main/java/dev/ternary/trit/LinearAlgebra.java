package dev.ternary.trit;

/** Products of whole arrays. */
final class LinearAlgebra {

  private LinearAlgebra() {}

  static long dot(TernaryArray a, TernaryArray b) {
    checkSame(a, b);
    long sum = 0;
    for (int c = 0; c < a.positive().chunks(); c++) {
      long[] ap = a.positive().chunk(c);
      sum +=
          BitKernels.dot(
              ap, a.negative().chunk(c), b.positive().chunk(c), b.negative().chunk(c), ap.length);
    }
    return sum;
  }

  static long hammingDistance(TernaryArray a, TernaryArray b) {
    checkSame(a, b);
    long count = 0;
    for (int c = 0; c < a.positive().chunks(); c++) {
      count +=
          BitKernels.differing(
              a.positive().chunk(c),
              a.negative().chunk(c),
              b.positive().chunk(c),
              b.negative().chunk(c));
    }
    return count;
  }

  private static void checkSame(TernaryArray a, TernaryArray b) {
    if (!a.shape().equals(b.shape())) {
      throw new IllegalArgumentException(
          "shapes " + a.shape() + " and " + b.shape() + " are not the same");
    }
  }
}
