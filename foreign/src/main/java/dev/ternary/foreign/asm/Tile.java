package dev.ternary.foreign.asm;

/**
 * An AMX tile register.
 *
 * @param number 0 to 7
 */
public record Tile(int number) {

  public Tile {
    if (number < 0 || number > 7) {
      throw new IllegalArgumentException("no tile register " + number);
    }
  }

  /** The tile of that number. */
  public static Tile tmm(int number) {
    return new Tile(number);
  }

  /** The name in Intel syntax. */
  @Override
  public String toString() {
    return "tmm" + number;
  }
}
