package dev.ternary.formats.pytorch;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The files beside make_checkpoints.py. */
final class Golden {

  private Golden() {}

  static Path path(String name) {
    try {
      return Path.of(url(name).toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  static byte[] bytes(String name) throws IOException {
    try (InputStream in = url(name).openStream()) {
      return in.readAllBytes();
    }
  }

  static List<String> lines(String name) throws IOException {
    return new String(bytes(name), StandardCharsets.UTF_8).lines().toList();
  }

  private static URL url(String name) {
    return Optional.ofNullable(Golden.class.getResource(name))
        .orElseThrow(() -> new AssertionError("no test file " + name));
  }
}
