package dev.ternary.training;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where a training keeps its state after each epoch: parameters, Adam's moments, history and best
 * epoch, as one safetensors file that is replaced whole. A training that is resumed from it ends
 * with the same parameters, bit for bit, as one that was never interrupted.
 *
 * @param file the file; its folder must exist
 * @param settings what a training that goes on must have in common with the one that began, by the
 *     names that the message uses where it has not
 * @param resume whether to go on from the file where it exists, instead of beginning anew
 */
public record TrainingCheckpoint(Path file, Map<String, String> settings, boolean resume) {

  /** Copies the settings in their order. */
  public TrainingCheckpoint {
    settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
  }
}
