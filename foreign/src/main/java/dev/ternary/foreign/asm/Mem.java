package dev.ternary.foreign.asm;

/**
 * A memory operand {@code [base + index * scale + disp]}.
 *
 * @param base register with an address
 * @param index register that is added; {@link Gpr#RSP}, which cannot be one, stands for none, as in
 *     the encoding
 * @param scale 1, 2, 4 or 8
 * @param disp displacement in bytes
 * @param broadcast whether one 32-bit element is read and spread over the vector
 */
public record Mem(Gpr base, Gpr index, int scale, int disp, boolean broadcast) {

  public Mem {
    if (scale != 1 && scale != 2 && scale != 4 && scale != 8) {
      throw new IllegalArgumentException("an index cannot be scaled by " + scale);
    }
  }

  /** The memory at {@code base}. */
  public static Mem at(Gpr base) {
    return at(base, 0);
  }

  /** The memory at {@code base + disp}. */
  public static Mem at(Gpr base, int disp) {
    return new Mem(base, Gpr.RSP, 1, disp, false);
  }

  /** The memory at {@code base + index + disp}. */
  public static Mem at(Gpr base, Gpr index, int disp) {
    return new Mem(base, index, 1, disp, false);
  }

  /** The same with the index scaled. */
  public Mem scaled(int by) {
    return new Mem(base, index, by, disp, broadcast);
  }

  /** One 32-bit element here, for every lane of the vector. */
  public Mem spread() {
    return new Mem(base, index, scale, disp, true);
  }

  boolean hasIndex() {
    return index != Gpr.RSP;
  }

  /** The operand in Intel syntax, without what a broadcast needs. */
  @Override
  public String toString() {
    String text = "[" + base;
    if (hasIndex()) {
      text += "+" + index + "*" + scale;
    }
    return text + (disp < 0 ? "" : "+") + disp + "]";
  }
}
