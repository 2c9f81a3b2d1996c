package dev.ternary.images;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** How many objects lie apart from each other in the ink of a picture. */
final class Shapes {

  /** Larger pictures are looked at in this size. */
  private static final int ENOUGH = 96;

  /** Less ink is none. */
  private static final float FAINT = 0.2f;

  /** What has less ink than this share of the largest one is a part, such as the dot of an i. */
  private static final double LEAST_SHARE = 0.4;

  /** What is connected. */
  private static final class Blob {
    private double ink;
    private int left = Integer.MAX_VALUE;
    private int right = -1;
    private int top = Integer.MAX_VALUE;
    private int bottom = -1;

    void add(int x, int y, float value) {
      ink += value;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }

    void add(Blob other) {
      ink += other.ink;
      left = Math.min(left, other.left);
      right = Math.max(right, other.right);
      top = Math.min(top, other.top);
      bottom = Math.max(bottom, other.bottom);
    }

    /** Whether a column and a row go through both. */
    boolean overlaps(Blob other) {
      return left <= other.right
          && other.left <= right
          && top <= other.bottom
          && other.top <= bottom;
    }
  }

  private Shapes() {}

  /** Counts objects: parts that are connected, or whose boxes overlap, are of one. */
  static int count(Plane ink) {
    Plane small = shrunk(ink);
    List<Blob> blobs = merged(blobs(small));
    double most = blobs.stream().mapToDouble(blob -> blob.ink).max().orElse(0);
    return (int) blobs.stream().filter(blob -> blob.ink >= LEAST_SHARE * most).count();
  }

  private static Plane shrunk(Plane ink) {
    int longer = Math.max(ink.width(), ink.height());
    if (longer <= ENOUGH) {
      return ink;
    }
    int width = Math.max(1, (int) ((long) ink.width() * ENOUGH / longer));
    int height = Math.max(1, (int) ((long) ink.height() * ENOUGH / longer));
    return Resampling.AREA.resize(ink, width, height);
  }

  private static List<Blob> blobs(Plane ink) {
    boolean[] seen = new boolean[ink.values().length];
    List<Blob> blobs = new ArrayList<>();
    for (int at = 0; at < seen.length; at++) {
      if (!seen[at] && ink.values()[at] > FAINT) {
        blobs.add(blob(ink, at, seen));
      }
    }
    return blobs;
  }

  /** All that is connected with a pixel, corners too. */
  private static Blob blob(Plane ink, int start, boolean[] seen) {
    var blob = new Blob();
    Deque<Integer> next = new ArrayDeque<>(List.of(start));
    seen[start] = true;
    while (!next.isEmpty()) {
      int at = next.pop();
      int x = at % ink.width();
      int y = at / ink.width();
      blob.add(x, y, ink.values()[at]);
      for (int v = Math.max(0, y - 1); v <= Math.min(ink.height() - 1, y + 1); v++) {
        for (int u = Math.max(0, x - 1); u <= Math.min(ink.width() - 1, x + 1); u++) {
          int beside = v * ink.width() + u;
          if (!seen[beside] && ink.values()[beside] > FAINT) {
            seen[beside] = true;
            next.push(beside);
          }
        }
      }
    }
    return blob;
  }

  private static List<Blob> merged(List<Blob> blobs) {
    List<Blob> apart = new ArrayList<>();
    for (Blob blob : blobs) {
      int i = 0;
      while (i < apart.size()) {
        if (apart.get(i).overlaps(blob)) {
          // The box has grown: what lies apart from the parts may overlap the whole.
          blob.add(apart.remove(i));
          i = 0;
        } else {
          i++;
        }
      }
      apart.add(blob);
    }
    return apart;
  }
}
