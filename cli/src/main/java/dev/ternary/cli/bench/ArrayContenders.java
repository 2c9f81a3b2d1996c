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
    all.add(new Contender("not, fresh", CLONE, 2 * bytes, a::not));
    all.add(new Contender("equal, fresh mask", CLONE, 2 * bytes + bytes / 2, () -> a.equal(b)));
    all.add(new Contender("sum", COPY, bytes, a::sum));
    all.add(new Contender("dot", COPY, 2 * bytes, () -> a.dot(b)));
    return all;
  }
}
