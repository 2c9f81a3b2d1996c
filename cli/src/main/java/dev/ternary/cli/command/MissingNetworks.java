package dev.ternary.cli.command;

import dev.ternary.tensor.Shape;
import java.nio.file.Path;
import java.util.List;

/** Stands where the source of a part that is not there would be, and says what to add. */
record MissingNetworks(String kind, String reason) implements NetworkSource {

  @Override
  public Open open(Path file, List<Shape> inputs) {
    throw new IllegalStateException(reason);
  }
}
