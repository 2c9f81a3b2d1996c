package dev.ternary.nn;

import dev.ternary.kernel.Parallelism;
import dev.ternary.nn.graph.GraphFile;
import java.lang.System.Logger.Level;
import java.lang.ref.Cleaner;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** What a model frees when it is closed, or when nobody can reach it any more. */
final class Lifetime {

  private static final System.Logger LOG = System.getLogger("dev.ternary.nn.Model");

  private static final Cleaner CLEANER = Cleaner.create();

  private final Memory memory;
  private final Optional<GraphFile> file;
  private final Cleaner.Cleanable cleanable;

  private Lifetime(Memory memory, Optional<GraphFile> file, Cleaner.Cleanable cleanable) {
    this.memory = memory;
    this.file = file;
    this.cleanable = cleanable;
  }

  /**
   * Begins with a model.
   *
   * @param threads those that the model made for itself
   * @param file whose views its weights are
   */
  static Lifetime of(
      Object model, Runner runner, Optional<Parallelism> threads, Optional<GraphFile> file) {
    String origin = file.map(f -> "model of " + f.path()).orElse("model");
    var memory = new Memory(origin, runner, threads, new AtomicBoolean());
    return new Lifetime(memory, file, CLEANER.register(model, memory::forgotten));
  }

  /** Frees everything; waits for what runs. */
  void close() {
    memory.wanted().set(true);
    memory.free();
    file.ifPresent(GraphFile::close);
    cleanable.clean();
  }

  /** Knows nothing of the model, so that nobody holds it. */
  private record Memory(
      String origin, Runner runner, Optional<Parallelism> threads, AtomicBoolean wanted) {

    void forgotten() {
      if (wanted.compareAndSet(false, true)) {
        LOG.log(
            Level.WARNING,
            "a "
                + origin
                + " was not closed; its threads and memory are freed now, late: use"
                + " try-with-resources");
        free();
      }
    }

    void free() {
      runner.close();
      threads.ifPresent(Parallelism::close);
    }
  }
}
