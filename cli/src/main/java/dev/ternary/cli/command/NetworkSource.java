package dev.ternary.cli.command;

import dev.ternary.nn.graph.Graph;
import dev.ternary.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Takes networks out of files that have them in the form of a framework. */
public interface NetworkSource {

  /** What such files are called, such as {@code TorchScript}. */
  String kind();

  /**
   * The network of a file, which does what the framework does with it.
   *
   * @param inputs the shape of one sample of each input; empty where the file should tell
   * @throws IOException if the file cannot be read, or has something in it that is not supported;
   *     the message names it
   * @throws IllegalArgumentException if the shapes are needed or do not fit
   */
  Open open(Path file, List<Shape> inputs) throws IOException;

  /** A network and the file that it has its weights in. */
  interface Open extends AutoCloseable {

    /** The network; must not be used after {@link #close}. */
    Graph graph();

    /** What a person should know of it, such as how it was checked. */
    List<String> notes();

    /** Gives the file back. */
    @Override
    void close();
  }
}
