package dev.ternary.packed;

import dev.ternary.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.OptionalLong;

/**
 * A way to put a row of trits into bytes. A row starts on a byte boundary, and what is left over in
 * its last byte is filled with zero trits, so equal trits have equal bytes.
 *
 * <p>A trit {@code t} is coded as {@code t + 1}, that is 0, 1 or 2.
 */
public sealed interface Packing {

  /** Four trits a byte. */
  static Packing twoBit() {
    return new TwoBit();
  }

  /** Five trits a byte. */
  static Packing base243() {
    return new Base243();
  }

  /** The name in files and on the command line: {@code 2bit} or {@code base243}. */
  String id();

  /** Trits in one byte. */
  int tritsPerByte();

  /** Bytes that a row of {@code cols} trits takes. */
  default long rowBytes(long cols) {
    return Math.ceilDiv(cols, (long) tritsPerByte());
  }

  /**
   * Packs one row.
   *
   * @param trits source of the trits, each -1, 0 or +1
   * @param from index of the row's first trit in {@code trits}
   * @param cols trits in the row
   * @param codes where to put the row
   * @param at byte offset of the row in {@code codes}
   * @throws IllegalArgumentException if a value is no trit; the message gives value and index
   */
  default void packRow(byte[] trits, int from, int cols, MemorySegment codes, long at) {
    byte[] row = new byte[Math.toIntExact(rowBytes(cols))];
    packRow(trits, from, cols, row, 0);
    MemorySegment.copy(row, 0, codes, ValueLayout.JAVA_BYTE, at, row.length);
  }

  /** As {@link #packRow(byte[], int, int, MemorySegment, long)}, into an array. */
  void packRow(byte[] trits, int from, int cols, byte[] codes, int at);

  /**
   * Unpacks one row.
   *
   * @param codes valid codes
   * @param at byte offset of the row in {@code codes}
   * @param cols trits in the row
   * @param trits where to put the trits, each -1, 0 or +1
   * @param from index of the first
   */
  void unpackRow(MemorySegment codes, long at, int cols, byte[] trits, int from);

  /**
   * Offset of the first byte that no trits give, looking at every row of {@code rows} rows, padding
   * included; empty if all are valid.
   */
  OptionalLong firstInvalid(MemorySegment codes, long rows, long cols);

  /**
   * Refuses codes that {@link #firstInvalid} finds.
   *
   * @param shape of what is packed, for the message
   * @throws InvalidCodeException with the index of the trit, or the byte where it has none
   */
  default void check(MemorySegment codes, long rows, long cols, Shape shape) {
    OptionalLong invalid = firstInvalid(codes, rows, cols);
    if (invalid.isPresent()) {
      long offset = invalid.getAsLong();
      int value = codes.get(ValueLayout.JAVA_BYTE, offset) & 0xff;
      OptionalLong index =
          this instanceof TwoBit ? TwoBitCodes.indexOf3(value, offset, cols) : OptionalLong.empty();
      throw index.isPresent()
          ? InvalidCodeException.two(index.getAsLong(), offset, shape)
          : InvalidCodeException.packed(value, offset, shape, id());
    }
  }

  /**
   * The packing with the given {@link #id}.
   *
   * @throws IllegalArgumentException if there is none
   */
  static Packing ofId(String id) {
    return switch (id) {
      case "2bit" -> twoBit();
      case "base243" -> base243();
      default ->
          throw new IllegalArgumentException(
              "unknown packing '" + id + "', expected 2bit or base243");
    };
  }

  /**
   * Four trits a byte, two bits each, the first trit in the lowest bits. The code 3 is invalid.
   * Reach it through {@link Packing#twoBit}.
   */
  record TwoBit() implements Packing {
    @Override
    public String id() {
      return "2bit";
    }

    @Override
    public int tritsPerByte() {
      return 4;
    }

    @Override
    public void packRow(byte[] trits, int from, int cols, byte[] codes, int at) {
      TwoBitCodes.packRow(trits, from, cols, codes, at);
    }

    @Override
    public void unpackRow(MemorySegment codes, long at, int cols, byte[] trits, int from) {
      TwoBitCodes.unpackRow(codes, at, cols, trits, from);
    }

    @Override
    public OptionalLong firstInvalid(MemorySegment codes, long rows, long cols) {
      return TwoBitCodes.firstInvalid(codes, rows, cols);
    }
  }

  /**
   * Five trits a byte: the sum of {@code (t_i + 1) * 3^i}, least significant trit first, which is
   * also what {@code keras.quantizers.pack_ternary} (Keras 3) writes. Bytes 243 to 255 are invalid.
   * Reach it through {@link Packing#base243}.
   */
  record Base243() implements Packing {
    @Override
    public String id() {
      return "base243";
    }

    @Override
    public int tritsPerByte() {
      return 5;
    }

    @Override
    public void packRow(byte[] trits, int from, int cols, byte[] codes, int at) {
      Base243Codes.packRow(trits, from, cols, codes, at);
    }

    @Override
    public void unpackRow(MemorySegment codes, long at, int cols, byte[] trits, int from) {
      Base243Codes.unpackRow(codes, at, cols, trits, from);
    }

    @Override
    public OptionalLong firstInvalid(MemorySegment codes, long rows, long cols) {
      return Base243Codes.firstInvalid(codes, rows, cols);
    }
  }
}
