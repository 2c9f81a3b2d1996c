package dev.ternary.datasets;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.idx.IdxFile;
import dev.ternary.tensor.DType;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import dev.ternary.training.Examples;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/**
 * Grey images and the class of each.
 *
 * @param images U8 {@code [count, height, width]}, 0 is the background
 * @param labels U8 {@code [count]}, from 0
 */
public record LabelledImages(Tensor images, Tensor labels) {

  /** Checks types, and that there is one label an image. */
  public LabelledImages {
    if (images.dtype() != DType.U8 || images.shape().rank() != 3) {
      throw new IllegalArgumentException("images must be U8 [count, height, width], got " + images);
    }
    if (labels.dtype() != DType.U8 || labels.shape().rank() != 1) {
      throw new IllegalArgumentException("labels must be U8 [count], got " + labels);
    }
    if (images.shape().dim(0) != labels.shape().dim(0)) {
      throw new IllegalArgumentException(
          images.shape().dim(0) + " images but " + labels.shape().dim(0) + " labels");
    }
  }

  /** Reads a pair of idx files, each plain or gzip. */
  static LabelledImages read(Path images, Path labels) throws IOException {
    Tensor pixels = IdxFile.read(images);
    Tensor numbers = IdxFile.read(labels);
    LabelledImages data;
    try {
      data = new LabelledImages(pixels, numbers);
    } catch (IllegalArgumentException e) {
      throw new FormatException(images, 0, e.getMessage() + " (" + labels.getFileName() + ")");
    }
    return data;
  }

  /** As {@link #read(Path, Path)}; refuses labels of more than so many classes. */
  static LabelledImages read(Path images, Path labels, int classes) throws IOException {
    LabelledImages data = read(images, labels);
    for (int i = 0; i < data.count(); i++) {
      if (data.label(i) >= classes) {
        throw new FormatException(
            labels,
            8L + i,
            "label " + data.label(i) + " of image " + i + "; expected 0 to " + (classes - 1));
      }
    }
    return data;
  }

  /**
   * The images as {@code [1, height, width]} of floats to learn from, {@code (pixel / 255 - mean) /
   * deviation} with {@link ImageDataset#MEAN} and {@link ImageDataset#STD}.
   */
  public Examples examples() {
    return Examples.ofBytes(
        Shape.of(1, images.shape().dim(1), images.shape().dim(2)),
        images.data().toArray(ValueLayout.JAVA_BYTE),
        labelArray(),
        new float[] {ImageDataset.MEAN},
        new float[] {ImageDataset.STD});
  }

  /** Number of images. */
  public int count() {
    return Math.toIntExact(images.shape().dim(0));
  }

  /** Pixels in one image. */
  public int pixels() {
    return Math.toIntExact(images.shape().dim(1) * images.shape().dim(2));
  }

  /** One more than the largest label; 0 without images. */
  public int classes() {
    int classes = 0;
    for (int i = 0; i < count(); i++) {
      classes = Math.max(classes, label(i) + 1);
    }
    return classes;
  }

  /** The class of one image. */
  public int label(int image) {
    return (int) labels.getLong(image);
  }

  /** All classes as an array. */
  public int[] labelArray() {
    int[] array = new int[count()];
    for (int i = 0; i < array.length; i++) {
      array[i] = label(i);
    }
    return array;
  }
}
