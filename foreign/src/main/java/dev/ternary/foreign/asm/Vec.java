package dev.ternary.foreign.asm;

/**
 * A vector register.
 *
 * @param number 0 to 31; those from 16 on need AVX-512
 * @param bytes 16, 32 or 64
 */
public record Vec(int number, int bytes) {

  public Vec {
    if (number < 0 || number > 31 || (bytes != 16 && bytes != 32 && bytes != 64)) {
      throw new IllegalArgumentException(
          "no vector register " + number + " of " + bytes + " bytes");
    }
  }

  /** A 128-bit register. */
  public static Vec xmm(int number) {
    return new Vec(number, 16);
  }

  /** A 256-bit register. */
  public static Vec ymm(int number) {
    return new Vec(number, 32);
  }

  /** A 512-bit register. */
  public static Vec zmm(int number) {
    return new Vec(number, 64);
  }

  /** The lowest {@code width} bytes of this register. */
  public Vec as(int width) {
    return new Vec(number, width);
  }

  /** The name in Intel syntax. */
  @Override
  public String toString() {
    return (bytes == 64 ? "zmm" : bytes == 32 ? "ymm" : "xmm") + number;
  }
}
