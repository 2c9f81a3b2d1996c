package dev.ternary.formats;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What a file is by its first bytes: the only list of them, for opening files and for saying what
 * was found instead.
 */
public enum FileKind {
  /** Safetensors, packed models among them until their metadata is read. */
  SAFETENSORS("safetensors", "a safetensors file"),
  /** Safetensors with packed ternary weights; its first bytes do not tell it from others. */
  PACKED("packed ternary model", "a packed ternary model"),
  /** A folder with the weights of a model and its configuration; has no bytes of its own. */
  HUGGINGFACE("HuggingFace folder", "a HuggingFace folder"),
  /** One NumPy array. */
  NPY("NumPy array", "a NumPy .npy file"),
  /** A zip archive of NumPy arrays; its first bytes do not tell it from others. */
  NPZ("NumPy archive", "a NumPy .npz file"),
  /** An array as MNIST's, compressed or not. */
  IDX("idx array", "an idx file"),
  /** What torch.save wrote; the zip archives among them are told by what they hold. */
  PYTORCH("PyTorch checkpoint", "a PyTorch checkpoint"),
  /** Any zip archive. */
  ZIP("zip archive", "a zip archive, as PyTorch's .pt and NumPy's .npz files are"),
  /** Any tar archive. */
  TAR("tar archive", "a tar archive"),
  /** Anything that gzip compressed. */
  GZIP("gzip", "gzip; unpack it first"),
  /** Weights for llama.cpp. */
  GGUF("GGUF", "a GGUF file"),
  /** HDF5, which Keras writes. */
  HDF5("HDF5", "an HDF5 file"),
  /** TensorFlow Lite. */
  TFLITE("TensorFlow Lite", "a TensorFlow Lite file"),
  /** ONNX, told by how such files usually begin. */
  ONNX("ONNX", "an ONNX file"),
  /** What a repository has instead of the file. */
  GIT_LFS("Git LFS pointer", "a Git LFS pointer"),
  /** A photograph. */
  JPEG("JPEG", "a JPEG image"),
  /** A drawing. */
  PNG("PNG", "a PNG image"),
  /** A document. */
  PDF("PDF", "a PDF document"),
  /** A page, such as a server's error in place of a file. */
  HTML("HTML", "an HTML page"),
  /** A JSON object. */
  JSON("JSON", "a JSON file"),
  /** Characters that none of the formats begins with. */
  TEXT("text", "a text file such as a CSV table"),
  /** No bytes at all. */
  EMPTY("empty file", "an empty file"),
  /** None of these. */
  UNKNOWN("unknown", "other bytes");

  /** First bytes that {@link #of} needs. */
  public static final int START_BYTES = 512;

  /** The magic number of the format before zip in pickle protocols 0 and 1. */
  private static final String OLD_PYTORCH = "L119547037146038801333356L\n";

  private static final long LONGEST_SAFETENSORS_HEADER = 100_000_000;

  private final String title;
  private final String phrase;

  FileKind(String title, String phrase) {
    this.title = title;
    this.phrase = phrase;
  }

  /** Its name, such as {@code NumPy array}. */
  public String title() {
    return title;
  }

  /** It in a sentence, such as {@code a NumPy .npy file}. */
  public String phrase() {
    return phrase;
  }

  /**
   * The kind of a file.
   *
   * @param start its first {@value #START_BYTES} bytes, or all where it has fewer
   */
  public static FileKind of(byte[] start) {
    if (start.length == 0) {
      return EMPTY;
    }
    if (isSafetensors(start)) {
      return SAFETENSORS;
    }
    String text = new String(start, StandardCharsets.ISO_8859_1);
    FileKind magic = ofMagic(text);
    if (magic != UNKNOWN) {
      return magic;
    }
    if (isIdx(start)) {
      return IDX;
    }
    if (isOnnx(start)) {
      return ONNX;
    }
    FileKind kind = ofText(text.stripLeading());
    return kind == UNKNOWN && isText(start) ? TEXT : kind;
  }

  private static FileKind ofMagic(String text) {
    return switch (text) {
      case String s when s.startsWith("\u0093NUMPY") -> NPY;
      case String s when s.startsWith("PK\u0003\u0004") || s.startsWith("PK\u0005\u0006") -> ZIP;
      case String s when s.startsWith("\u001f\u008b") -> GZIP;
      case String s when s.startsWith("GGUF") -> GGUF;
      case String s when s.startsWith("\u0089HDF") -> HDF5;
      case String s when s.startsWith("TFL3", 4) -> TFLITE;
      case String s when s.startsWith("version ") -> GIT_LFS;
      case String s when s.startsWith("\u00ff\u00d8\u00ff") -> JPEG;
      case String s when s.startsWith("\u0089PNG\r\n") -> PNG;
      case String s when s.startsWith("%PDF-") -> PDF;
      case String s when s.startsWith("ustar", 257) -> TAR;
      case String s when s.startsWith("\u0080") || s.startsWith(OLD_PYTORCH) -> PYTORCH;
      default -> UNKNOWN;
    };
  }

  private static FileKind ofText(String text) {
    return switch (text) {
      case String s when s.startsWith("{") -> JSON;
      case String s when s.startsWith("<!DOCTYPE") || s.startsWith("<!doctype") -> HTML;
      case String s when s.startsWith("<html") -> HTML;
      default -> UNKNOWN;
    };
  }

  /** Some characters of UTF-8, the last of which may be cut, and no control but white space. */
  private static boolean isText(byte[] start) {
    for (byte b : start) {
      if ((b >= 0 && b < ' ' && b != '\t' && b != '\n' && b != '\r') || b == 0x7f) {
        return false;
      }
    }
    CharBuffer text = CharBuffer.allocate(start.length);
    return start.length >= 4
        && !UTF_8.newDecoder().decode(ByteBuffer.wrap(start), text, false).isError();
  }

  /** The length of the header in eight bytes, which has few digits, and its brace. */
  private static boolean isSafetensors(byte[] start) {
    if (start.length < 9 || start[8] != '{') {
      return false;
    }
    long length = 0;
    for (int i = 7; i >= 0; i--) {
      length = (length << 8) | (start[i] & 0xff);
    }
    return length >= 2 && length <= LONGEST_SAFETENSORS_HEADER;
  }

  /** Two zeros, an element type and a rank. */
  private static boolean isIdx(byte[] start) {
    return start.length >= 4
        && start[0] == 0
        && start[1] == 0
        && start[2] >= 8
        && start[2] <= 14
        && start[2] != 10
        && start[3] >= 0
        && start[3] <= 8;
  }

  /** The version of the format, then the name of the program that wrote it or its version. */
  private static boolean isOnnx(byte[] start) {
    return start.length >= 4
        && start[0] == 0x08
        && start[1] > 0
        && start[1] < 32
        && (start[2] == 0x12 || start[2] == 0x1a || start[2] == 0x3a || start[2] == 0x42);
  }
}
