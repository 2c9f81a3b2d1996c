package dev.ternary.formats.gguf;

import java.util.Arrays;
import java.util.List;

/** A value of a GGUF file's metadata. */
public sealed interface GgufValue {

  /**
   * An integer of whatever width.
   *
   * @param value the integer; of 64 bits without sign, the bits
   */
  record Int(long value) implements GgufValue {
    @Override
    public String toString() {
      return Long.toString(value);
    }
  }

  /**
   * A floating-point number.
   *
   * @param value the number
   */
  record Real(double value) implements GgufValue {
    @Override
    public String toString() {
      return (float) value == value ? Float.toString((float) value) : Double.toString(value);
    }
  }

  /**
   * True or false.
   *
   * @param value which
   */
  record Bool(boolean value) implements GgufValue {
    @Override
    public String toString() {
      return Boolean.toString(value);
    }
  }

  /**
   * A text.
   *
   * @param value the text
   */
  record Text(String value) implements GgufValue {
    @Override
    public String toString() {
      return value;
    }
  }

  /**
   * Texts, such as the tokens of a vocabulary.
   *
   * @param values the texts
   */
  record Texts(List<String> values) implements GgufValue {
    /** Copies the list. */
    public Texts {
      values = List.copyOf(values);
    }

    @Override
    public String toString() {
      return "[" + values.size() + " texts]";
    }
  }

  /** Integers of whatever width, such as the types of tokens. */
  final class Ints implements GgufValue {
    private final long[] values;

    Ints(long[] values) {
      this.values = values;
    }

    /** How many there are. */
    public int size() {
      return values.length;
    }

    /** The integer at {@code index}. */
    public long get(int index) {
      return values[index];
    }

    /** A copy of all. */
    public long[] toArray() {
      return values.clone();
    }

    @Override
    public String toString() {
      return values.length <= 8 ? Arrays.toString(values) : "[" + values.length + " integers]";
    }
  }

  /** Floating-point numbers, such as the scores of tokens. */
  final class Reals implements GgufValue {
    private final double[] values;

    Reals(double[] values) {
      this.values = values;
    }

    /** How many there are. */
    public int size() {
      return values.length;
    }

    /** The number at {@code index}. */
    public double get(int index) {
      return values[index];
    }

    /** A copy of all. */
    public double[] toArray() {
      return values.clone();
    }

    @Override
    public String toString() {
      return values.length <= 8 ? Arrays.toString(values) : "[" + values.length + " numbers]";
    }
  }

  /**
   * Truth values, or arrays of arrays.
   *
   * @param values the elements
   */
  record Many(List<GgufValue> values) implements GgufValue {
    /** Copies the list. */
    public Many {
      values = List.copyOf(values);
    }

    @Override
    public String toString() {
      return values.size() <= 8 ? values.toString() : "[" + values.size() + " values]";
    }
  }
}
