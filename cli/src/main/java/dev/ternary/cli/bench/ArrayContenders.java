package dev.ternary.cli.bench;

import dev.ternary.trit.TernaryArray;
import dev.ternary.trit.TernaryArrayBuilder;
import dev.ternary.trit.TritOp;
import java.util.ArrayList;
import java.util.List;

/** What {@code ternary bench arrays} measures for one size. */
final class ArrayContenders {

  private static final String COPY = "copy, into given memory";
  private static final String CLONE = "copy, fresh";

  private ArrayContenders() {}

  static List<Contender> of(int trits) {
    TernaryArray a = TernaryArray.random(1, trits);
    TernaryArray b = TernaryArray.random(2, trits);
    var out = new TernaryArrayBuilder(a.shape());
    var raw = new RawPlanes(trits);
    long bytes = a.packedBytes();
    var all = new ArrayList<Contender>();
    all.add(new Contender(COPY, COPY, 2 * bytes, raw::copy));
    all.add(new Contender(CLONE, CLONE, 2 * bytes, raw::copyFresh));
    all.add(new Contender("add, bare loop", COPY, 3 * bytes, raw::add));
    all.add(new Contender("multiply, bare loop", COPY, 3 * bytes, raw::multiply));
    all.add(new Contender("min, bare loop", COPY, 3 * bytes, raw::min));
    for (TritOp op : List.of(TritOp.ADD, TritOp.MULTIPLY, TritOp.MIN, TritOp.MAX)) {
      String name = op.name().toLowerCase(java.util.Locale.ROOT);
      all.add(
          new Contender(name + ", into a builder", COPY, 3 * bytes, () -> out.assign(op, a, b)));
      all.add(new Contender(name + ", fresh", CLONE, 3 * bytes, () -> a.apply(op, b)));
    }
    all.add(new Contender("not, fresh", CLONE, 0, a::not)); // it copies nothing
    all.add(new Contender("equal, fresh mask", CLONE, 2 * bytes + bytes / 2, () -> a.equal(b)));
    all.add(new Contender("sum", COPY, bytes, a::sum));
    all.add(new Contender("dot", COPY, 2 * bytes, () -> a.dot(b)));
    addMoves(all, a);
    return all;
  }

  /**
   * Operations that move elements or change their form, which is where bytes are at an advantage.
   */
  private static void addMoves(List<Contender> all, TernaryArray a) {
    int trits = (int) a.size();
    byte[] values = a.toByteArray();
    long bytes = a.packedBytes();
    // Rows of equal length, whatever the size.
    int rows = trits % 1024 == 0 ? 1024 : 1;
    TernaryArray matrix = a.reshape(rows, -1);
    all.add(
        new Contender("from int8", CLONE, bytes + trits, () -> TernaryArray.of(a.shape(), values)));
    all.add(new Contender("to int8", CLONE, bytes + trits, a::toByteArray));
    all.add(new Contender("every third, fresh", CLONE, bytes, () -> a.slice("::3")));
    all.add(new Contender("rolled by 7, fresh", CLONE, 2 * bytes, () -> a.roll(7)));
    all.add(new Contender("transposed, fresh", CLONE, 2 * bytes, matrix::transpose));
    all.add(new Contender("sum along axis 0", CLONE, bytes, () -> matrix.sum(0)));
    all.add(new Contender("sorted, fresh", CLONE, 2 * bytes, () -> a.sort(0)));
  }
}
