package dev.ternary.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.logging.LogManager;

/**
 * What of the libraries' logs a user hears of: trouble only. The JVM makes one when something is
 * logged for the first time, which most commands never do.
 */
public final class LogLevels {

  private static final String CLASS = "java.util.logging.config.class";

  /** DJL reports each step of its start, and warns of every machine without a GPU. */
  private static final String LEVELS =
      """
      handlers=java.util.logging.ConsoleHandler
      .level=INFO
      dev.ternary.level=WARNING
      ai.djl.level=WARNING
      ai.djl.util.cuda.level=SEVERE
      """;

  /** For {@link LogManager}, which is told of the class by {@link #install}. */
  public LogLevels() throws IOException {
    LogManager.getLogManager()
        .readConfiguration(new ByteArrayInputStream(LEVELS.getBytes(StandardCharsets.ISO_8859_1)));
  }

  /** Makes these levels those of the process, unless its user has named others. */
  static void install() {
    if (System.getProperty("java.util.logging.config.file") == null
        && System.getProperty(CLASS) == null) {
      System.setProperty(CLASS, LogLevels.class.getName());
    }
  }
}
