package dev.ternary.cli.bench;

import dev.ternary.trit.TernaryArray;
import java.util.SplittableRandom;

/**
 * The bare loops over two bit planes that the array type is compared with. They are what somebody
 * would write by hand.
 */
final class RawPlanes {

  private final long[] ap;
  private final long[] an;
  private final long[] bp;
  private final long[] bn;
  private final long[] p;
  private final long[] n;

  RawPlanes(int trits) {
    int words = Math.ceilDiv(trits, 64);
    var random = new SplittableRandom(1);
    ap = random.longs(words).toArray();
    an = random.longs(words).toArray();
    bp = random.longs(words).toArray();
    bn = random.longs(words).toArray();
    for (int i = 0; i < words; i++) {
      an[i] &= ~ap[i];
      bn[i] &= ~bp[i];
    }
    p = new long[words];
    n = new long[words];
  }

  Object add() {
    add(ap, an, bp, bn, p, n);
    return p;
  }

  Object multiply() {
    multiply(ap, an, bp, bn, p, n);
    return p;
  }

  Object min() {
    min(ap, an, bp, bn, p, n);
    return p;
  }

  /** Copies both planes of one operand. */
  Object copy() {
    System.arraycopy(ap, 0, p, 0, p.length);
    System.arraycopy(an, 0, n, 0, n.length);
    return p;
  }

  /** Copies both planes of one operand into fresh memory. */
  Object copyFresh() {
    return new long[][] {ap.clone(), an.clone()};
  }

  /** Checks one result of the array type against one of these loops. */
  static void check() {
    TernaryArray a = TernaryArray.of(-1, 0, 1).reshape(3, 1);
    TernaryArray b = TernaryArray.of(-1, 0, 1);
    long[] ap = {0b111_000_000L};
    long[] an = {0b000_000_111L};
    long[] bp = {0b100_100_100L};
    long[] bn = {0b001_001_001L};
    long[] p = new long[1];
    long[] n = new long[1];
    add(ap, an, bp, bn, p, n);
    same(a.add(b), p[0], n[0]);
    multiply(ap, an, bp, bn, p, n);
    same(a.multiply(b), p[0], n[0]);
    min(ap, an, bp, bn, p, n);
    same(a.min(b), p[0], n[0]);
  }

  private static void same(TernaryArray array, long p, long n) {
    for (int i = 0; i < 9; i++) {
      if (array.get(i / 3, i % 3) != (p >>> i & 1) - (n >>> i & 1)) {
        throw new AssertionError("the loops of this benchmark and the array differ: " + array);
      }
    }
  }

  private static void add(long[] ap, long[] an, long[] bp, long[] bn, long[] p, long[] n) {
    for (int i = 0; i < p.length; i++) {
      p[i] = (ap[i] & ~bn[i]) | (bp[i] & ~an[i]);
      n[i] = (an[i] & ~bp[i]) | (bn[i] & ~ap[i]);
    }
  }

  private static void multiply(long[] ap, long[] an, long[] bp, long[] bn, long[] p, long[] n) {
    for (int i = 0; i < p.length; i++) {
      p[i] = (ap[i] & bp[i]) | (an[i] & bn[i]);
      n[i] = (ap[i] & bn[i]) | (an[i] & bp[i]);
    }
  }

  private static void min(long[] ap, long[] an, long[] bp, long[] bn, long[] p, long[] n) {
    for (int i = 0; i < p.length; i++) {
      p[i] = ap[i] & bp[i];
      n[i] = an[i] | bn[i];
    }
  }
}
