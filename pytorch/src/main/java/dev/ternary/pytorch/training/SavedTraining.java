package dev.ternary.pytorch.training;

import ai.djl.nn.Block;
import dev.ternary.formats.FormatException;
import dev.ternary.formats.IfExists;
import dev.ternary.formats.safetensors.SafetensorsFile;
import dev.ternary.formats.safetensors.SafetensorsWriter;
import dev.ternary.pytorch.layers.TernaryWeights;
import dev.ternary.tensor.Shape;
import dev.ternary.tensor.Tensor;
import dev.ternary.training.TrainingCheckpoint;
import dev.ternary.training.TrainingListener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The state of a training between two epochs.
 *
 * @param parameters now
 * @param moments Adam's, by the path of their parameter
 * @param steps done
 * @param history one entry for each epoch done
 * @param best parameters of the best epoch so far, where they are kept
 */
record SavedTraining(
    ParameterValues parameters,
    Map<String, Adam.Moments> moments,
    long steps,
    List<TrainingListener.Epoch> history,
    Optional<ParameterValues> best) {

  private static final String KIND = "ternary.training";
  private static final String VERSION = "1";
  private static final String SETTING = "setting.";
  private static final String PARAMETER = "parameter/";
  private static final String MEAN = "adam.mean/";
  private static final String SQUARE = "adam.square/";
  private static final String BEST = "best/";

  /** Writes the state; a file that exists is replaced when the new one is complete. */
  void write(TrainingCheckpoint to) throws IOException {
    var tensors = new LinkedHashMap<String, Tensor>();
    parameters.values().forEach((path, value) -> tensors.put(PARAMETER + path, value));
    best.ifPresent(b -> b.values().forEach((path, value) -> tensors.put(BEST + path, value)));
    moments.forEach((path, m) -> {
      tensors.put(MEAN + path, Tensor.of(Shape.of(m.mean.length), m.mean));
      tensors.put(SQUARE + path, Tensor.of(Shape.of(m.square.length), m.square));
    });
    var texts = new LinkedHashMap<String, String>();
    texts.put(KIND, VERSION);
    texts.put("steps", Long.toString(steps));
    to.settings().forEach((name, value) -> texts.put(SETTING + name, value));
    for (TrainingListener.Epoch e : history) {
      texts.put(
          "epoch." + e.epoch(),
          e.loss() + " " + e.trainAccuracy() + " " + e.testAccuracy() + " " + e.seconds());
    }
    SafetensorsWriter.write(to.file(), tensors, texts, IfExists.REPLACE);
  }

  /**
   * Reads a state.
   *
   * @param epochs of the training that goes on
   * @throws FormatException if the file is no checkpoint or is incomplete
   * @throws IllegalArgumentException if it was made with other settings; the message names the
   *     first and gives both values
   */
  static SavedTraining read(TrainingCheckpoint from, int epochs) throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(from.file())) {
      Map<String, String> texts = file.metadata();
      if (!VERSION.equals(texts.get(KIND))) {
        throw new FormatException(from.file(), 0, "is no checkpoint of a training");
      }
      requireSame(from, texts);
      var moments = new LinkedHashMap<String, Adam.Moments>();
      for (var entry : starting(file, MEAN).entrySet()) {
        String square = SQUARE + entry.getKey();
        if (!file.tensors().containsKey(square)) {
          throw new FormatException(from.file(), 0, "has no '" + square + "'");
        }
        moments.put(
            entry.getKey(),
            new Adam.Moments(entry.getValue().toFloatArray(), file.tensor(square).toFloatArray()));
      }
      Map<String, Tensor> best = starting(file, BEST);
      return new SavedTraining(
          new ParameterValues(starting(file, PARAMETER)),
          moments,
          Long.parseLong(texts.getOrDefault("steps", "")),
          history(texts, epochs),
          best.isEmpty() ? Optional.empty() : Optional.of(new ParameterValues(best)));
    } catch (NumberFormatException e) {
      throw new FormatException(from.file(), 0, "has a damaged number: " + e.getMessage(), e);
    }
  }

  private static void requireSame(TrainingCheckpoint from, Map<String, String> texts) {
    for (var entry : from.settings().entrySet()) {
      String there = texts.getOrDefault(SETTING + entry.getKey(), "not there");
      if (!there.equals(entry.getValue())) {
        throw new IllegalArgumentException(
            "cannot go on from "
                + from.file()
                + ": "
                + entry.getKey()
                + " was "
                + there
                + " and is "
                + entry.getValue()
                + " now");
      }
    }
  }

  /** Copies: the file is unmapped when it was read. */
  private static Map<String, Tensor> starting(SafetensorsFile file, String prefix) {
    var found = new LinkedHashMap<String, Tensor>();
    file.tensors()
        .forEach((name, tensor) -> {
          if (name.startsWith(prefix)) {
            found.put(
                name.substring(prefix.length()), Tensor.of(tensor.shape(), tensor.toFloatArray()));
          }
        });
    return found;
  }

  private static List<TrainingListener.Epoch> history(Map<String, String> texts, int epochs) {
    var history = new ArrayList<TrainingListener.Epoch>();
    String line = texts.get("epoch.1");
    while (line != null) {
      String[] numbers = line.split(" ", 4);
      double[] v = new double[4];
      for (int i = 0; i < 4; i++) {
        v[i] = Double.parseDouble(i < numbers.length ? numbers[i] : "");
      }
      history.add(new TrainingListener.Epoch(history.size() + 1, epochs, v[0], v[1], v[2], v[3]));
      line = texts.get("epoch." + (history.size() + 1));
    }
    return history;
  }

  /** Puts parameters and optimizer where the training was. */
  void restore(Block block, Adam adam) {
    parameters.restore(block);
    adam.moments().putAll(moments);
    adam.continueAfter(steps);
    TernaryWeights.of(block).forEach(weight -> weight.continueAfter(steps));
  }
}
