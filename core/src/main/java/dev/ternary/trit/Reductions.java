package dev.ternary.trit;

import dev.ternary.tensor.DType;
import dev.ternary.tensor.LittleEndian;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/**
 * Reductions along axes. All follow from how many elements of each lane are negative and positive.
 */
final class Reductions {

  private final Shape shape;
  private final long length;
  private final long[] negatives;
  private final long[] positives;

  private Reductions(Shape shape, long length, long[] negatives, long[] positives) {
    this.shape = shape;
    this.length = length;
    this.negatives = negatives;
    this.positives = positives;
  }

  /** Counts the trits of each lane. */
  static Reductions of(TernaryArray array, Axes axes) {
    boolean[] marks = axes.marks(array.shape());
    Shape result = axes.reduce(array.shape());
    int from = 0;
    while (from < marks.length && !marks[from]) {
      from++;
    }
    int to = from;
    while (to < marks.length && marks[to]) {
      to++;
    }
    for (int axis = to; axis < marks.length; axis++) {
      if (marks[axis]) {
        return ofScattered(array, marks, result);
      }
    }
    return of(array, Lanes.of(array.shape(), from, to), result);
  }

  /** Axes that are no neighbours are moved to the end first. */
  private static Reductions ofScattered(TernaryArray array, boolean[] marks, Shape result) {
    int[] order = new int[marks.length];
    int kept = 0;
    for (int pass = 0; pass < 2; pass++) {
      for (int axis = 0; axis < marks.length; axis++) {
        if (marks[axis] == (pass == 1)) {
          order[kept++] = axis;
        }
      }
    }
    int reduced = 0;
    for (boolean mark : marks) {
      reduced += mark ? 1 : 0;
    }
    TernaryArray moved = array.transpose(order);
    return of(moved, Lanes.of(moved.shape(), marks.length - reduced, marks.length), result);
  }

  private static Reductions of(TernaryArray array, Lanes lanes, Shape result) {
    return new Reductions(
        result,
        lanes.length(),
        Counting.count(array.negative(), lanes),
        Counting.count(array.positive(), lanes));
  }

  Tensor sum() {
    long[] sums = new long[positives.length];
    for (int i = 0; i < sums.length; i++) {
      sums[i] = positives[i] - negatives[i];
    }
    return Tensor.of(shape, sums);
  }

  Tensor count(int trit) {
    long[] counts = new long[positives.length];
    for (int i = 0; i < counts.length; i++) {
      counts[i] =
          switch (Trit.check(trit)) {
            case -1 -> negatives[i];
            case 0 -> length - negatives[i] - positives[i];
            default -> positives[i];
          };
    }
    return Tensor.of(shape, counts);
  }

  Tensor mean() {
    MemorySegment data = MemorySegment.ofArray(new byte[Math.multiplyExact(8, positives.length)]);
    for (int i = 0; i < positives.length; i++) {
      data.set(LittleEndian.DOUBLE, 8L * i, (double) (positives[i] - negatives[i]) / length);
    }
    return new Tensor(DType.F64, shape, data);
  }

  TernaryArray product() {
    return trits(i -> {
      if (negatives[i] + positives[i] < length) {
        return 0;
      }
      return (negatives[i] & 1) == 0 ? 1 : -1;
    });
  }

  TernaryArray min() {
    checkNotEmpty("minimum");
    return trits(i -> negatives[i] > 0 ? -1 : positives[i] == length ? 1 : 0);
  }

  TernaryArray max() {
    checkNotEmpty("maximum");
    return trits(i -> positives[i] > 0 ? 1 : negatives[i] == length ? -1 : 0);
  }

  TritMask any() {
    return mask(i -> negatives[i] + positives[i] > 0);
  }

  TritMask all() {
    return mask(i -> negatives[i] + positives[i] == length);
  }

  private void checkNotEmpty(String what) {
    if (length == 0 && positives.length > 0) {
      throw new IllegalArgumentException("no element has no " + what + "; the lanes are empty");
    }
  }

  private TernaryArray trits(java.util.function.IntUnaryOperator trit) {
    PlaneWriter p = new PlaneWriter(positives.length);
    PlaneWriter n = new PlaneWriter(positives.length);
    for (int i = 0; i < positives.length; i++) {
      int value = trit.applyAsInt(i);
      p.append(value > 0 ? 1 : 0, 1);
      n.append(value < 0 ? 1 : 0, 1);
    }
    return new TernaryArray(shape, p.done(), n.done());
  }

  private TritMask mask(java.util.function.IntPredicate test) {
    PlaneWriter writer = new PlaneWriter(positives.length);
    for (int i = 0; i < positives.length; i++) {
      writer.append(test.test(i) ? 1 : 0, 1);
    }
    return new TritMask(shape, writer.done());
  }
}
