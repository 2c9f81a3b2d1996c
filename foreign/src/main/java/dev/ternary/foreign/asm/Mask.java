package dev.ternary.foreign.asm;

/**
 * A mask register of AVX-512: a bit for each lane of a vector.
 *
 * @param number 1 to 7; 0 stands for no mask
 */
public record Mask(int number) {

  public Mask {
    if (number < 1 || number > 7) {
      throw new IllegalArgumentException("no mask register " + number);
    }
  }

  /** The mask register of that number. */
  public static Mask k(int number) {
    return new Mask(number);
  }

  /** The name in Intel syntax. */
  @Override
  public String toString() {
    return "k" + number;
  }
}
