package dev.ternary.pytorch.convert;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.training.ParameterStore;
import dev.ternary.pytorch.layers.ResidualBlock;
import dev.ternary.pytorch.layers.TernaryConv2d;
import dev.ternary.pytorch.layers.TernaryLinear;
import dev.ternary.pytorch.layers.TernaryScope;
import dev.ternary.pytorch.layers.TernaryWeight;
import dev.ternary.pytorch.runtime.ExitGuard;
import dev.ternary.quant.OutputFit;
import dev.ternary.training.Examples;
import java.util.Arrays;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * Makes a float network ternary without training: on a few images, each ternary layer in turn is
 * fitted to the output of its float twin, given the inputs that the ternary layers before it leave
 * ("error feedback"), and the statistics of each batch norm are taken anew.
 */
public final class TernaryCalibration {

  /** Positions of an image that a convolution is fitted on; neighbours say nearly the same. */
  private static final int POSITIONS = 48;

  private static final int CHUNK = 64;

  private final NDManager manager;
  private final boolean fitting;
  private final SplittableRandom random = new SplittableRandom(1);

  private TernaryCalibration(NDManager manager, boolean fitting) {
    this.manager = manager;
    this.fitting = fitting;
  }

  /** What both networks have at one place. */
  private record Both(NDArray floating, NDArray ternary) {}

  /**
   * Fits the ternary layers of {@code ternary} to {@code floating}. Both are built alike of
   * sequential, residual and other blocks and hold the same weights; the ternary one has {@link
   * TernaryConv2d} layers of one group, and {@link TernaryLinear} layers, where it is to be
   * ternary, each with a scale a row: the rule's, which is not {@code absolute}, or a learned one.
   * Its parameters are changed; what a layer computes with then are exactly the trits and scales
   * that were fitted.
   *
   * @param images their labels are not used
   * @throws IllegalArgumentException if the networks are not so (the message gives the path of the
   *     first block that is not, and nothing is changed), or a rule whose ratio is above 1 cannot
   *     give the trits of a row
   */
  public static void fit(Block floating, Block ternary, Examples images) {
    Twins.require(floating, ternary);
    run(floating, ternary, images, true);
  }

  /**
   * Takes the statistics of all batch norms of {@code network} anew, each after the other.
   *
   * @throws IllegalArgumentException if it is a network of {@link TernaryQuantization}, which
   *     shares its parameters with a float one
   */
  public static void renormalise(Block network, Examples images) {
    run(network, network, images, false);
  }

  private static void run(Block floating, Block ternary, Examples images, boolean fitting) {
    int elements = Math.toIntExact(images.shape().elements());
    float[] values = new float[Math.multiplyExact(images.size(), elements)];
    for (int i = 0; i < images.size(); i++) {
      images.copy(i, values, i * elements);
    }
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray x = manager.create(values, new Shape(images.batchShape(images.size()).toArray()));
      var calibration = new TernaryCalibration(manager, fitting);
      calibration.go(floating, ternary, new Both(x, x));
    }
  }

  private Both go(Block floating, Block ternary, Both x) {
    if (ternary instanceof SequentialBlock) {
      var to = ternary.getChildren();
      var from = floating.getChildren();
      Both y = x;
      for (int i = 0; i < to.size(); i++) {
        Both next = go(from.valueAt(i), to.valueAt(i), y);
        if (i > 0) {
          close(y);
        }
        y = next;
      }
      return y;
    }
    if (ternary instanceof ResidualBlock residual) {
      return residual((ResidualBlock) floating, residual, x);
    }
    if (ternary instanceof TernaryScope) {
      throw Twins.shared();
    }
    NDArray exact = fitting ? forward(floating, x.floating()) : x.floating();
    if (ternary instanceof TernaryConv2d conv && fitting) {
      fitConv(floating, conv, x);
    }
    if (ternary instanceof TernaryLinear linear && fitting) {
      fitLinear(floating, linear, x);
    }
    if (ternary instanceof BatchNorm) {
      takeStatistics(ternary, x.ternary());
    }
    NDArray y = forward(ternary, x.ternary());
    return fitting ? new Both(exact, y) : new Both(y, y);
  }

  private static void close(Both y) {
    y.floating().close();
    y.ternary().close();
  }

  private Both residual(ResidualBlock floating, ResidualBlock ternary, Both x) {
    Both body = go(floating.body(), ternary.body(), x);
    Both around =
        ternary.shortcut().isEmpty()
            ? x
            : go(floating.shortcut().orElseThrow(), ternary.shortcut().get(), x);
    NDArray y = body.ternary().add(around.ternary());
    var sum = new Both(fitting ? body.floating().add(around.floating()) : y, y);
    close(body);
    return sum;
  }

  /** In chunks: an evaluation of all images at once would take much memory inside. */
  private NDArray forward(Block block, NDArray x) {
    try (var _ = ExitGuard.enter();
        NDManager part = manager.newSubManager()) {
      var store = new ParameterStore(part, false);
      long count = x.getShape().get(0);
      var parts = new NDList();
      for (long from = 0; from < count; from += CHUNK) {
        NDArray input = x.get(from + ":" + Math.min(count, from + CHUNK));
        input.attach(part);
        parts.add(block.forward(store, new NDList(input), false).singletonOrThrow());
      }
      NDArray all = ai.djl.ndarray.NDArrays.concat(parts, 0);
      all.attach(manager);
      return all;
    }
  }

  private static void takeStatistics(Block norm, NDArray x) {
    Shape shape = x.getShape();
    long channels = shape.get(1);
    try (NDArray flat = x.reshape(shape.get(0), channels, -1);
        NDArray byChannel = flat.transpose(1, 0, 2);
        NDArray rows = byChannel.reshape(channels, -1);
        NDArray mean = rows.mean(new int[] {1});
        NDArray column = mean.reshape(channels, 1);
        NDArray centred = rows.sub(column);
        NDArray square = centred.square();
        NDArray variance = square.mean(new int[] {1})) {
      set(norm, "runningMean", mean.toFloatArray());
      set(norm, "runningVar", variance.toFloatArray());
    }
  }

  private static void set(Block block, String name, float[] values) {
    Objects.requireNonNull(block.getDirectParameters().get(name), name).getArray().set(values);
  }

  private void fitConv(Block floating, TernaryConv2d ternary, Both x) {
    long[][] places = places(x.ternary(), ternary);
    int cols =
        Math.toIntExact(ternary.ternary().shadow().shape().elements() / ternary.getFilters());
    try (NDArray seen = patches(x.ternary(), ternary, places, cols);
        NDArray meant = patches(x.floating(), ternary, places, cols)) {
      fitRows(floating, ternary.ternary(), seen, meant);
    }
  }

  private void fitLinear(Block floating, TernaryLinear ternary, Both x) {
    long cols = ternary.ternary().shadow().shape().dim(1);
    try (NDArray seen = x.ternary().reshape(-1, cols);
        NDArray meant = x.floating().reshape(-1, cols)) {
      fitRows(floating, ternary.ternary(), seen, meant);
    }
  }

  /**
   * Fits one row after the other.
   *
   * @param seen inputs of the ternary layer, {@code [n, cols]}
   * @param meant inputs of the float layer
   */
  private void fitRows(Block floating, TernaryWeight ternary, NDArray seen, NDArray meant) {
    int cols = Math.toIntExact(seen.getShape().get(1));
    float[] exact =
        Objects.requireNonNull(floating.getDirectParameters().get("weight"), "weight")
            .getArray()
            .toFloatArray();
    int rows = exact.length / cols;
    float[] gram;
    float[] cross;
    try (var _ = ExitGuard.enter();
        NDArray w = manager.create(exact, new Shape(rows, cols));
        NDArray y = meant.dot(w.transpose());
        NDArray g = seen.transpose().dot(seen);
        NDArray c = y.transpose().dot(seen)) {
      gram = g.toFloatArray();
      cross = c.toFloatArray();
    }
    byte[] trits = ternary.trits();
    float[] scales = new float[rows];
    for (int row = 0; row < rows; row++) {
      byte[] fitted = Arrays.copyOfRange(trits, row * cols, (row + 1) * cols);
      float[] target = Arrays.copyOfRange(cross, row * cols, (row + 1) * cols);
      scales[row] = OutputFit.fit(gram, target, fitted);
      System.arraycopy(fitted, 0, trits, row * cols, cols);
    }
    ternary.assign(trits, scales);
  }

  /** For each image, the outputs {@code row * width + column} that are looked at. */
  private long[][] places(NDArray x, TernaryConv2d conv) {
    Shape out = conv.getOutputShapes(new Shape[] {x.getShape()})[0];
    long positions = out.get(2) * out.get(3);
    int taken = (int) Math.min(POSITIONS, positions);
    long[][] places = new long[Math.toIntExact(x.getShape().get(0))][taken];
    for (long[] image : places) {
      for (int i = 0; i < taken; i++) {
        image[i] = random.nextLong(positions);
      }
    }
    return places;
  }

  /** The inputs of the window at each place: {@code [places, channels * height * width]}. */
  private NDArray patches(NDArray x, TernaryConv2d conv, long[][] places, int cols) {
    Shape shape = x.getShape();
    int channels = (int) shape.get(1);
    int height = (int) shape.get(2);
    int width = (int) shape.get(3);
    int outWidth = (int) conv.getOutputShapes(new Shape[] {shape})[0].get(3);
    int kernelH = (int) conv.getKernelShape().get(0);
    int kernelW = (int) conv.getKernelShape().get(1);
    float[] values = x.toFloatArray();
    float[] patches = new float[Math.multiplyExact(places.length * places[0].length, cols)];
    int to = 0;
    for (int image = 0; image < places.length; image++) {
      for (long place : places[image]) {
        int top = (int) (place / outWidth * conv.getStride().get(0) - conv.getPadding().get(0));
        int left = (int) (place % outWidth * conv.getStride().get(1) - conv.getPadding().get(1));
        for (int c = 0; c < channels; c++) {
          int plane = (image * channels + c) * height * width;
          for (int ky = 0; ky < kernelH; ky++) {
            int row = top + ky * (int) conv.getDilation().get(0);
            for (int kx = 0; kx < kernelW; kx++) {
              int col = left + kx * (int) conv.getDilation().get(1);
              boolean inside = row >= 0 && row < height && col >= 0 && col < width;
              patches[to++] = inside ? values[plane + row * width + col] : 0;
            }
          }
        }
      }
    }
    return manager.create(patches, new Shape(to / cols, cols));
  }
}
