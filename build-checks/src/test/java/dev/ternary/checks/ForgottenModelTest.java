package dev.ternary.checks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ternary.nn.Model;
import dev.ternary.nn.graph.Graph;
import dev.ternary.nn.graph.Operation;
import dev.ternary.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the log says of models that nobody closed. */
class ForgottenModelTest {

  private static final Logger LOG = Logger.getLogger(Model.class.getName());

  private final Kept kept = new Kept();

  /** Keeps what is logged. */
  private static final class Kept extends Handler {

    private final List<String> lines = new ArrayList<>();

    @Override
    public synchronized void publish(LogRecord entry) {
      lines.add(entry.getLevel() + " " + entry.getMessage());
    }

    synchronized List<String> lines() {
      return List.copyOf(lines);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @BeforeEach
  void listen() {
    LOG.addHandler(kept);
  }

  @AfterEach
  void stop() {
    LOG.removeHandler(kept);
  }

  private static Model model() {
    return Model.of(Graph.sequence(Shape.of(3), new Operation.Relu()));
  }

  private void collectGarbage() throws InterruptedException {
    for (int i = 0; i < 10 || (i < 200 && kept.lines().isEmpty()); i++) {
      System.gc();
      Thread.sleep(10);
    }
  }

  @SuppressWarnings("MustBeClosedChecker") // forgotten on purpose
  private static float forget() {
    return model().predict(new float[] {1, -2, 3})[2];
  }

  @Test
  void aForgottenModelIsFreedWithOneWarning() throws InterruptedException {
    assertEquals(3f, forget());
    collectGarbage();
    assertEquals(
        List.of(
            "WARNING a model was not closed; its threads and memory are freed now, late: use"
                + " try-with-resources"),
        kept.lines());
  }

  @Test
  void aClosedModelIsNotWarnedOf() throws InterruptedException {
    try (Model model = model()) {
      assertEquals(3f, model.predict(new float[] {1, -2, 3})[2]);
    }
    for (int i = 0; i < 5; i++) {
      System.gc();
      Thread.sleep(10);
    }
    assertEquals(List.of(), kept.lines());
  }
}
