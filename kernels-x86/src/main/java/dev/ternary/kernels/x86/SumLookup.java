package dev.ternary.kernels.x86;

import static dev.ternary.foreign.asm.Gpr.R10;
import static dev.ternary.foreign.asm.Gpr.R11;
import static dev.ternary.foreign.asm.Gpr.R12;
import static dev.ternary.foreign.asm.Gpr.R13;
import static dev.ternary.foreign.asm.Gpr.R14;
import static dev.ternary.foreign.asm.Gpr.R15;
import static dev.ternary.foreign.asm.Gpr.R8;
import static dev.ternary.foreign.asm.Gpr.R9;
import static dev.ternary.foreign.asm.Gpr.RAX;
import static dev.ternary.foreign.asm.Gpr.RBP;
import static dev.ternary.foreign.asm.Gpr.RBX;
import static dev.ternary.foreign.asm.Gpr.RCX;
import static dev.ternary.foreign.asm.Gpr.RDI;
import static dev.ternary.foreign.asm.Gpr.RDX;
import static dev.ternary.foreign.asm.Gpr.RSI;
import static dev.ternary.foreign.asm.Vec.xmm;
import static dev.ternary.foreign.asm.Vec.ymm;

import dev.ternary.foreign.asm.Assembler;
import dev.ternary.foreign.asm.Condition;
import dev.ternary.foreign.asm.Gpr;
import dev.ternary.foreign.asm.Label;
import dev.ternary.foreign.asm.Mem;
import dev.ternary.foreign.asm.Vec;
import java.util.ArrayList;
import java.util.List;

/**
 * Adds to the sums of all rows of some panels what one or two blocks of columns give, by looking
 * the bytes of the weights up in {@link SumTables}. Sums of a row stand side by side, 16 bits for
 * each token, and go to 32 bits before they could overflow.
 *
 * <p>Function: {@code (local, matrix, unused, unused)}: the blocks at {@link Parameters#WEIGHTS} of
 * {@link Parameters#PANELS} panels that are {@link Parameters#X_STRIDE} bytes apart; the 16-bit
 * sums at {@link Parameters#SUMS} of the local memory, the 32-bit ones at {@link Parameters#OUT}.
 * Where a group ends, its scales are at {@link Parameters#SCALES}, {@link Parameters#OUT_STRIDE}
 * from one panel to the next, and the totals at {@link Parameters#X} of the local memory.
 */
final class SumLookup {

  /** What becomes of the 16-bit sums. */
  enum Ending {
    /** They stay for the next blocks. */
    KEEP(0, false, false, false),
    /** They are the first 32-bit sums. */
    STORE(1, false, false, false),
    /** They are added to the 32-bit sums. */
    ADD(2, true, false, false),
    /** They are a group, the first, and go to the totals with their scale. */
    FIRST_GROUP(3, false, true, false),
    /** The same for a further group. */
    NEXT_GROUP(4, false, true, true),
    /** The first group is they and the 32-bit sums. */
    FIRST_LARGE_GROUP(5, true, true, false),
    /** The same for a further group. */
    NEXT_LARGE_GROUP(6, true, true, true);

    /** How many there are. */
    static final int COUNT = values().length;

    /** Distinguishes the functions made for them. */
    final int kind;

    private final boolean addsSums;
    private final boolean scales;
    private final boolean addsTotals;

    Ending(int kind, boolean addsSums, boolean scales, boolean addsTotals) {
      this.kind = kind;
      this.addsSums = addsSums;
      this.scales = scales;
      this.addsTotals = addsTotals;
    }

    /** The end of a group, which may be the first, and may have 32-bit sums already. */
    static Ending ofGroup(boolean first, boolean large) {
      if (large) {
        return first ? FIRST_LARGE_GROUP : NEXT_LARGE_GROUP;
      }
      return first ? FIRST_GROUP : NEXT_GROUP;
    }
  }

  /**
   * What one function does.
   *
   * @param blocks blocks of columns, 1 or 2
   * @param vectors 16 tokens each, 1 or 2
   * @param fresh whether the 16-bit sums start here
   * @param ending what becomes of them
   */
  record Shape(int blocks, int vectors, boolean fresh, Ending ending) {

    /** How many there are. */
    static final int COUNT = SumTables.MAX_BLOCKS * SumTables.MAX_VECTORS * 2 * Ending.COUNT;

    /** By index, so that products do not make them. */
    private static final List<Shape> ALL = all();

    /** The one with these values. */
    static Shape of(int blocks, int vectors, boolean fresh, Ending ending) {
      return ALL.get(index(blocks, vectors, fresh, ending));
    }

    private static List<Shape> all() {
      var shapes = new ArrayList<Shape>();
      for (int blocks = 1; blocks <= SumTables.MAX_BLOCKS; blocks++) {
        for (int vectors = 1; vectors <= SumTables.MAX_VECTORS; vectors++) {
          for (boolean fresh : new boolean[] {false, true}) {
            for (Ending ending : Ending.values()) {
              shapes.add(new Shape(blocks, vectors, fresh, ending));
            }
          }
        }
      }
      return List.copyOf(shapes);
    }

    private static int index(int blocks, int vectors, boolean fresh, Ending ending) {
      int size = (blocks - 1) * SumTables.MAX_VECTORS + vectors - 1;
      return (size * 2 + (fresh ? 1 : 0)) * Ending.COUNT + ending.kind;
    }

    int index() {
      return index(blocks, vectors, fresh, ending);
    }
  }

  /** Blocks that 16-bit sums can hold. */
  static final int BLOCKS_BEFORE_FLUSH =
      Short.MAX_VALUE
          / (SumTables.LARGEST * PanelLayout.ROW_BYTES * SumTables.MAX_BLOCKS)
          * SumTables.MAX_BLOCKS;

  /** A few hundred nanoseconds, with so many tokens. */
  private static final int PREFETCHED_PANELS = 8;

  private static final Gpr WEIGHTS = RSI;
  private static final Gpr PANEL_STRIDE = R12;
  private static final Gpr AHEAD = R13;
  private static final Gpr WORDS = R14;
  private static final Gpr DWORDS = R15;
  private static final Gpr TABLES = RBP;
  private static final Gpr PANELS_LEFT = R10;
  private static final Gpr ROWS_LEFT = R11;
  private static final Gpr SCALES = R8;
  private static final Gpr TOTALS = R9;
  private static final Gpr[] PLACES = {RAX, RCX, RDX, RBX};
  private static final Vec SCALE = ymm(15);

  /** Rows that are written out in the code. */
  private static final int ROWS = 8;

  private final Assembler a;
  private final Shape shape;
  private int nextPlace;

  private SumLookup(Assembler a, Shape shape) {
    this.a = a;
    this.shape = shape;
  }

  static void generate(Assembler a, Shape shape) {
    new SumLookup(a, shape).function();
  }

  private int wordBytes() {
    return shape.vectors() * SumTables.VECTOR_BYTES;
  }

  private void function() {
    a.mov(SCALES, WEIGHTS);
    a.add(SCALES, Parameters.SCALES.in(RDI));
    a.mov(TOTALS, Parameters.X.in(RDI));
    a.add(TOTALS, RDI);
    a.add(WEIGHTS, Parameters.WEIGHTS.in(RDI));
    a.mov(PANEL_STRIDE, Parameters.X_STRIDE.in(RDI));
    a.mov(AHEAD, PANEL_STRIDE);
    a.shl(AHEAD, Integer.numberOfTrailingZeros(PREFETCHED_PANELS));
    // The rows of a panel have moved it on already.
    a.sub(PANEL_STRIDE, PanelLayout.BLOCK_BYTES);
    a.mov(PANELS_LEFT, Parameters.PANELS.in(RDI));
    a.mov(WORDS, Parameters.SUMS.in(RDI));
    a.add(WORDS, RDI);
    a.mov(DWORDS, Parameters.OUT.in(RDI));
    a.add(DWORDS, RDI);
    a.lea(TABLES, Mem.at(RDI, SumTables.TABLES_AT));
    var panel = new Label();
    a.bind(panel);
    for (int block = 0; block < shape.blocks(); block++) {
      a.prefetcht0(Mem.at(WEIGHTS, AHEAD, PanelLayout.BLOCK_BYTES * block));
    }
    a.mov32(ROWS_LEFT, PanelLayout.TILE_ROWS);
    var rows = new Label();
    a.bind(rows);
    for (int row = 0; row < ROWS; row++) {
      row(row);
    }
    a.add(WEIGHTS, PanelLayout.ROW_BYTES * ROWS);
    a.add(WORDS, ROWS * wordBytes());
    a.add(DWORDS, ROWS * 2 * wordBytes());
    if (shape.ending().scales) {
      a.add(TOTALS, ROWS * 2 * wordBytes());
      a.add(SCALES, ROWS * Float.BYTES);
    }
    a.sub(ROWS_LEFT, ROWS);
    a.jump(Condition.NOT_EQUAL, rows);
    a.add(WEIGHTS, PANEL_STRIDE);
    if (shape.ending().scales) {
      a.add(SCALES, Parameters.OUT_STRIDE.in(RDI));
      a.sub(SCALES, PanelLayout.BLOCK_BYTES);
    }
    a.sub(PANELS_LEFT, 1);
    a.jump(Condition.NOT_EQUAL, panel);
  }

  private void row(int row) {
    for (int group = 0; group < shape.blocks() * PanelLayout.ROW_BYTES; group++) {
      Gpr place = PLACES[nextPlace++ % PLACES.length];
      int block = group / PanelLayout.ROW_BYTES;
      int inBlock = PanelLayout.ROW_BYTES * row + group % PanelLayout.ROW_BYTES;
      a.movzx(place, Mem.at(WEIGHTS, PanelLayout.BLOCK_BYTES * block + inBlock));
      a.shl(place, Integer.numberOfTrailingZeros(wordBytes()));
      for (int v = 0; v < shape.vectors(); v++) {
        int table = group * SumTables.tableBytes(shape.vectors());
        Mem sums = Mem.at(TABLES, place, table + SumTables.VECTOR_BYTES * v);
        if (group > 0) {
          a.vpaddw(ymm(v), ymm(v), sums);
          continue;
        }
        a.vmovups(ymm(v), sums);
        if (!shape.fresh()) {
          a.vpaddw(ymm(v), ymm(v), Mem.at(WORDS, wordBytes() * row + SumTables.VECTOR_BYTES * v));
        }
      }
    }
    if (shape.ending().scales) {
      a.vbroadcastss(SCALE, Mem.at(SCALES, Float.BYTES * row));
    }
    for (int v = 0; v < shape.vectors(); v++) {
      end(v, wordBytes() * row + SumTables.VECTOR_BYTES * v);
    }
  }

  private void end(int vector, int at) {
    Vec words = ymm(vector);
    if (shape.ending() == Ending.KEEP) {
      a.vmovups(Mem.at(WORDS, at), words);
      return;
    }
    Vec low = ymm(4 + vector);
    Vec high = ymm(8 + vector);
    a.vextracti128(xmm(high.number()), words);
    a.vpmovsxwd(low, xmm(words.number()));
    a.vpmovsxwd(high, xmm(high.number()));
    end(low, 2 * at);
    end(high, 2 * at + SumTables.VECTOR_BYTES);
  }

  /** Eight 32-bit sums. */
  private void end(Vec sums, int at) {
    if (shape.ending().addsSums) {
      a.vpaddd(sums, sums, Mem.at(DWORDS, at));
    }
    if (!shape.ending().scales) {
      a.vmovups(Mem.at(DWORDS, at), sums);
      return;
    }
    a.vcvtdq2ps(sums, sums);
    a.vmulps(sums, sums, SCALE);
    if (shape.ending().addsTotals) {
      a.vaddps(sums, sums, Mem.at(TOTALS, at));
    }
    a.vmovups(Mem.at(TOTALS, at), sums);
  }
}
