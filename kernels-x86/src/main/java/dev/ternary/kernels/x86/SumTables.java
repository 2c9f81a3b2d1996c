package dev.ternary.kernels.x86;

import static dev.ternary.foreign.asm.Gpr.R8;
import static dev.ternary.foreign.asm.Gpr.R9;
import static dev.ternary.foreign.asm.Gpr.RAX;
import static dev.ternary.foreign.asm.Gpr.RBX;
import static dev.ternary.foreign.asm.Gpr.RCX;
import static dev.ternary.foreign.asm.Gpr.RDI;
import static dev.ternary.foreign.asm.Gpr.RDX;
import static dev.ternary.foreign.asm.Gpr.RSI;
import static dev.ternary.foreign.asm.Vec.ymm;

import dev.ternary.foreign.asm.Assembler;
import dev.ternary.foreign.asm.Condition;
import dev.ternary.foreign.asm.Gpr;
import dev.ternary.foreign.asm.Label;
import dev.ternary.foreign.asm.Mem;
import dev.ternary.foreign.asm.Vec;

/**
 * Tables of all that four columns of some tokens can add to a row: 81 sums, each of them 16 bits
 * for 16 tokens a vector. A sum's place is the byte that codes its four trits in the 2-bit packing,
 * so weights in {@link WeightCode#TWO_BIT} are looked up as they are; places that code no trits
 * stay as they were. Several rows share what one table costs.
 *
 * <p>Function: {@code (local, unused, work, unused)}: the tokens at {@link Parameters#X} of the
 * work memory, as many as the vectors hold, and {@link Parameters#BLOCKS} blocks of columns.
 */
final class SumTables {

  /** Columns of a table: those of a byte. */
  static final int COLS = 4;

  /** Tokens in a vector of 16-bit sums. */
  static final int VECTOR_TOKENS = 16;

  static final int VECTOR_BYTES = 32;
  static final int MAX_VECTORS = 2;

  /** Blocks of columns that have tables at a time. */
  static final int MAX_BLOCKS = 2;

  /** The most that one look-up adds: four times -128, of either sign. */
  static final int LARGEST = COLS * 128;

  /** Where the columns of a block lie token by token. */
  private static final int TOKENS_AT = (int) (Parameters.BYTES + Parameters.CONSTANT_BYTES);

  /** Where {@link SumFinish} keeps the results of a panel. */
  static final int PANEL_AT =
      TOKENS_AT + PanelLayout.ROW_BYTES * MAX_VECTORS * VECTOR_TOKENS * COLS;

  /** Where the tables lie in the local memory. */
  static final int TABLES_AT =
      PANEL_AT + MAX_VECTORS * VECTOR_TOKENS * PanelLayout.TILE_ROWS * Integer.BYTES;

  /** One more than the largest byte that codes four trits. */
  private static final int PLACES = 0b10_10_10_10 + 1;

  /** Where the sums of rows start in the local memory. */
  static final int SUMS_AT =
      TABLES_AT + MAX_BLOCKS * PanelLayout.ROW_BYTES * tableBytes(MAX_VECTORS);

  private static final Vec X0 = ymm(0);
  private static final Vec FIRST = ymm(4);
  private static final Vec SECOND = ymm(5);
  private static final Vec LOW = ymm(6);
  private static final Vec HIGH = ymm(7);

  /** Sums with the lowest trit of the columns that have none yet. */
  private static final Vec[] SUMS = {ymm(8), ymm(9), ymm(10), ymm(11), ymm(12)};

  private final Assembler a;
  private final int vectors;

  private SumTables(Assembler a, int vectors) {
    this.a = a;
    this.vectors = vectors;
  }

  /** From one table to the next. */
  static int tableBytes(int vectors) {
    return PLACES * vectors * VECTOR_BYTES;
  }

  static void generate(Assembler a, int vectors) {
    new SumTables(a, vectors).function();
  }

  private void function() {
    a.add(RDX, Parameters.X.in(RDI));
    a.mov(R9, Parameters.X_STRIDE.in(RDI));
    a.lea(RCX, Mem.at(RDI, TABLES_AT));
    a.mov(RBX, Parameters.BLOCKS.in(RDI));
    var block = new Label();
    a.bind(block);
    gather();
    a.lea(RSI, Mem.at(RDI, TOKENS_AT));
    a.mov32(R8, PanelLayout.ROW_BYTES);
    var table = new Label();
    a.bind(table);
    for (int vector = 0; vector < vectors; vector++) {
      columns(vector);
      table(vector);
    }
    a.add(RSI, groupTokenBytes());
    a.add(RCX, tableBytes(vectors));
    a.sub(R8, 1);
    a.jump(Condition.NOT_EQUAL, table);
    a.add(RDX, WeightCode.TWO_BIT.blockCols());
    a.sub(RBX, 1);
    a.jump(Condition.NOT_EQUAL, block);
  }

  /** Bytes of four columns of all tokens. */
  private int groupTokenBytes() {
    return COLS * VECTOR_TOKENS * vectors;
  }

  /** Copies four columns of all tokens side by side, for each byte of a block. */
  private void gather() {
    Gpr token = R8;
    a.mov(token, RDX);
    for (int i = 0; i < vectors * VECTOR_TOKENS; i++) {
      for (int group = 0; group < PanelLayout.ROW_BYTES; group++) {
        a.mov32(RAX, Mem.at(token, COLS * group));
        a.mov32(Mem.at(RDI, TOKENS_AT + group * groupTokenBytes() + COLS * place(i)), RAX);
      }
      a.add(token, R9);
    }
  }

  /** Packing 32-bit lanes to 16 bits takes lanes from both operands in turn. */
  private static int place(int token) {
    int quarter = token / 4 % 4;
    return switch (quarter) {
      case 1 -> token + 4;
      case 2 -> token - 4;
      default -> token;
    };
  }

  /** The four columns of 16 tokens, 16 bits each. */
  private void columns(int vector) {
    a.vmovups(FIRST, Mem.at(RSI, 2 * VECTOR_BYTES * vector));
    a.vmovups(SECOND, Mem.at(RSI, 2 * VECTOR_BYTES * vector + VECTOR_BYTES));
    for (int col = 0; col < COLS; col++) {
      a.vpslld(LOW, FIRST, 24 - 8 * col);
      a.vpslld(HIGH, SECOND, 24 - 8 * col);
      a.vpsrad(LOW, LOW, 24);
      a.vpsrad(HIGH, HIGH, 24);
      a.vpackssdw(x(col), LOW, HIGH);
    }
  }

  private static Vec x(int col) {
    return ymm(X0.number() + col);
  }

  private void table(int vector) {
    Vec least = SUMS[COLS];
    a.vpxor(least, least, least);
    for (int col = 0; col < COLS; col++) {
      a.vpsubw(least, least, x(col));
    }
    places(vector, COLS - 1, 0, least);
  }

  /** The places of all trits of the columns up to {@code col}, from {@code sum} with all -1 on. */
  private void places(int vector, int col, int code, Vec sum) {
    if (col < 0) {
      a.vmovups(Mem.at(RCX, (code * vectors + vector) * VECTOR_BYTES), sum);
      return;
    }
    for (int trit = 0; trit < 3; trit++) {
      Vec from = trit == 0 ? sum : SUMS[col];
      if (trit > 0) {
        a.vpaddw(SUMS[col], trit == 1 ? sum : SUMS[col], x(col));
      }
      places(vector, col - 1, code + (trit << (2 * col)), from);
    }
  }
}
