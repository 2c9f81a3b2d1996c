package dev.ternary.cli.run;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.TensorFile;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import java.util.Arrays;

/** Arrays as batches of a model's samples. */
public final class Batch {

  private Batch() {}

  /**
   * The one tensor of a file.
   *
   * @param role what the tensor is for, as the message says it
   * @throws IllegalArgumentException if the file has none or several
   */
  public static Tensor only(TensorFile file, String role) throws FormatException {
    if (file.names().size() != 1) {
      throw new IllegalArgumentException(
          file.path() + " must have one tensor " + role + ", found " + file.names().size());
    }
    return file.tensor(file.names().getFirst()).toTensor();
  }

  /**
   * Adds the batch dimension to a single sample, and lets flat samples stand for shaped ones.
   * Dimensions of 1 may be there or not.
   *
   * @throws IllegalArgumentException if the shape is another, such as channels last, or there is no
   *     sample
   */
  public static Tensor of(Tensor x, Shape sample) {
    Shape shape = x.shape();
    long[] dims = shape.toArray();
    long[] rest = dims.length == 0 ? dims : Arrays.copyOfRange(dims, 1, dims.length);
    boolean single = shape.equals(sample);
    boolean batch = isSample(rest, sample) && dims.length > 0;
    if (!single && !batch && !Arrays.equals(withoutOnes(dims), withoutOnes(sample.toArray()))) {
      throw new IllegalArgumentException(
          "the model takes samples of shape "
              + sample
              + ", the input has shape "
              + shape
              + channelsLast(dims, sample));
    }
    long[] full = new long[sample.rank() + 1];
    full[0] = batch && !single ? dims[0] : 1;
    if (full[0] == 0) {
      throw new IllegalArgumentException(
          "it holds no sample: its shape is "
              + shape
              + ", expected one sample "
              + sample
              + " or several, with their number in front");
    }
    System.arraycopy(sample.toArray(), 0, full, 1, sample.rank());
    return x.reshape(Shape.of(full));
  }

  private static boolean isSample(long[] dims, Shape sample) {
    return Arrays.equals(withoutOnes(dims), withoutOnes(sample.toArray()))
        || (dims.length == 1 && dims[0] == sample.elements());
  }

  private static long[] withoutOnes(long[] dims) {
    return Arrays.stream(dims).filter(dim -> dim != 1).toArray();
  }

  private static String channelsLast(long[] dims, Shape sample) {
    int rank = dims.length;
    boolean last =
        sample.rank() == 3
            && (rank == 3 || rank == 4)
            && dims[rank - 1] == sample.dim(0)
            && dims[rank - 3] == sample.dim(1)
            && dims[rank - 2] == sample.dim(2);
    if (!last) {
      return "";
    }
    return ": its channels are last; in NumPy, x.transpose("
        + (rank == 4 ? "0, 3, 1, 2" : "2, 0, 1")
        + ") puts them first";
  }
}
