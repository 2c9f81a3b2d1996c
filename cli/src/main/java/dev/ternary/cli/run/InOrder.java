package dev.ternary.cli.run;

import dev.ternary.formats.FileKind;
import dev.ternary.formats.tensors.TensorFiles;
import dev.ternary.images.PictureFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Whether what stands first is the model, and the pictures or the array after it. */
final class InOrder {

  private InOrder() {}

  /**
   * Refuses a picture or an array in the place of the model.
   *
   * @throws ParameterException if there is one; it has the command in the right order, where the
   *     model is among the rest
   * @throws IOException if a file cannot be read
   */
  static void check(CommandLine line, Path model, List<Path> pictures, Optional<Path> input)
      throws IOException {
    boolean picture = isPictures(model);
    if (!picture && (Files.isDirectory(model) || !isArray(TensorFiles.kind(model)))) {
      return;
    }
    String found = model + " is " + (picture ? what(model) : TensorFiles.kind(model).phrase());
    for (Path other : input.map(List::of).orElse(pictures)) {
      if (!Files.isDirectory(other) && TensorFiles.kind(other) == FileKind.SAFETENSORS) {
        throw new ParameterException(
            line,
            found
                + "; the model comes first: ternary run "
                + other
                + (picture ? " " : " --input ")
                + model);
      }
    }
    throw new ParameterException(
        line,
        found
            + "; the first argument must be the model: ternary run MODEL PICTURE..., or ternary run"
            + " MODEL --input X.npy");
  }

  private static boolean isArray(FileKind kind) {
    return kind == FileKind.NPY || kind == FileKind.IDX;
  }

  private static boolean isPictures(Path path) throws IOException {
    return Files.isDirectory(path) ? !PictureFile.in(path).isEmpty() : PictureFile.isPicture(path);
  }

  private static String what(Path pictures) throws IOException {
    if (Files.isDirectory(pictures)) {
      return "a folder of pictures";
    }
    FileKind kind = TensorFiles.kind(pictures);
    return kind == FileKind.PNG || kind == FileKind.JPEG ? kind.phrase() : "a picture";
  }
}
