package dev.ternary.quant;

/**
 * Threshold and scale with the least squared error. With the k largest absolute values as trits and
 * their mean as scale, the squared error falls by {@code (sum of the k)^2 / k}. Takes the k that
 * makes this largest. Among equal values the maximum lies at an end of their run, so a threshold
 * can always separate the k.
 *
 * <p>Few weights are sorted. Of many, only those are that may be the last of the k: the others are
 * counted and summed in buckets, and a bucket is left out where even its largest possible values
 * could not reach the gain that the end of another one has. Sums of doubles that are far from
 * rounding do not depend on their order, so the fit is that of sorting all, to the bit; where they
 * are not far from it, all are sorted.
 */
final class LeastSquares {

  private static final int INFINITY = 0x7f800000;

  /** Below it, to sort takes as long. */
  private static final int FEW = 256;

  /** More than what rounding can do to the gains that are compared to leave buckets out. */
  private static final double MARGIN = 1 - 1e-6;

  private final Group weights;
  private final Buckets buckets;
  private final int size;

  private LeastSquares(Group weights, Buckets buckets) {
    this.weights = weights;
    this.buckets = buckets;
    this.size = weights.size();
  }

  static Fit fit(Group weights) {
    int largest = weights.largest();
    if (largest >= INFINITY) {
      return Fit.NONE;
    }
    return weights.size() < FEW || largest == 0
        ? scan(weights, 0, 0, weights.sortedAbs())
        : new LeastSquares(weights, weights.buckets(largest)).fit();
  }

  private Fit fit() {
    double enough = MARGIN * largestGainAtAnEnd();
    int first = -1;
    int last = 0;
    int above = 0;
    double sumAbove = 0;
    int found = 0;
    double sumFound = 0;
    int count = 0;
    double sum = 0;
    for (int b = buckets.size() - 1; b >= 0 && !over(b, count, sum, enough); b--) {
      boolean candidate = reaches(b, count, sum, enough);
      if (candidate && first < 0) {
        last = b;
        above = count;
        sumAbove = sum;
      }
      count += buckets.count(b);
      sum += buckets.sum(b);
      if (candidate) {
        first = b;
        found = count;
        sumFound = sum;
      }
    }
    float smallest = first < 0 ? 0 : Float.intBitsToFloat(buckets.start(first));
    if (first <= 0 || sumFound >= 0x1p53 * Math.ulp(smallest)) {
      return scan(weights, 0, 0, weights.sortedAbs());
    }
    float[] candidates =
        weights.sortedBetween(buckets.start(first), buckets.end(last), found - above);
    return scan(weights, above, sumAbove, candidates);
  }

  /** The largest gain of those that end where a bucket does, of which too small ones are not. */
  private double largestGainAtAnEnd() {
    double largest = 0;
    int count = 0;
    double sum = 0;
    for (int b = buckets.size() - 1; b > 0 && !over(b, count, sum, MARGIN * largest); b--) {
      if (buckets.count(b) > 0) {
        count += buckets.count(b);
        sum += buckets.sum(b);
        // A division takes longer than all else here.
        if (sum * sum > largest * count) {
          largest = sum * sum / count;
        }
      }
    }
    return largest;
  }

  /**
   * Whether no gain from this bucket on reaches {@code enough}, unless that before it does. Were
   * all weights left at the end of the bucket, the gain after x of them would be {@code (sum + x *
   * end)^2 / (count + x)}, which is convex in x: largest at the first or the last of them.
   */
  private boolean over(int bucket, int count, double sum, double enough) {
    double all = sum + (size - count) * (double) Float.intBitsToFloat(buckets.end(bucket));
    return all * all < enough * size && sum * sum < enough * count;
  }

  /** A bound of the gains inside a bucket, as above. */
  private boolean reaches(int bucket, int count, double sum, double enough) {
    int more = buckets.count(bucket);
    double all = sum + more * (double) Float.intBitsToFloat(buckets.end(bucket));
    return more > 0
        && (all * all >= enough * (count + more) || (count > 0 && sum * sum >= enough * count));
  }

  /**
   * The best k among those that end within {@code abs}, ascending, which come after so many with
   * such a sum.
   */
  private static Fit scan(Group weights, int above, double sumAbove, float[] abs) {
    double sum = sumAbove;
    double best = 0;
    Fit fit = new Fit(0, 0);
    int at = -1;
    for (int i = abs.length - 1; i >= 0; i--) {
      sum += abs[i];
      int count = above + abs.length - i;
      double gain = sum * sum / count;
      if (gain > best && abs[i] > 0 && (i == 0 || abs[i - 1] < abs[i])) {
        best = gain;
        at = i;
        fit = new Fit(i == 0 ? 0 : abs[i - 1], (float) (sum / count));
      }
    }
    if (at != 0) {
      return fit;
    }
    // The next smaller weight is not among these.
    int below = weights.largestBelow(Float.floatToRawIntBits(abs[0]));
    return new Fit(Float.intBitsToFloat(below), fit.scale());
  }
}
