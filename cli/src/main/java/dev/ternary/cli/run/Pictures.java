package dev.ternary.cli.run;

import dev.ternary.cli.terminal.Terminal;
import dev.ternary.formats.FormatException;
import dev.ternary.formats.file.Text;
import dev.ternary.images.Picture;
import dev.ternary.images.PictureFile;
import dev.ternary.images.PictureInput;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Pictures that a command was given. One that was named must be a picture that can be used; those
 * of a folder that cannot are skipped, and a warning counts and names them.
 */
public final class Pictures {

  private static final int SHOWN = 5;

  /** What is done with the numbers of a picture. */
  public interface Use {
    /** Takes the numbers of one picture. */
    void of(Path file, float[] numbers) throws IOException;
  }

  private final List<Path> files = new ArrayList<>();
  private final Set<Integer> named = new HashSet<>();

  private Pictures() {}

  /**
   * Finds pictures.
   *
   * @param paths files, or folders in place of those that lie in them
   * @throws IllegalArgumentException if a folder has none
   * @throws IOException if a folder cannot be read
   */
  public static Pictures of(List<Path> paths) throws IOException {
    var pictures = new Pictures();
    for (Path path : paths) {
      if (Files.isDirectory(path)) {
        List<Path> inside = PictureFile.in(path);
        if (inside.isEmpty()) {
          throw new IllegalArgumentException(
              path + " holds no pictures (.png, .jpg, .jpeg, .gif, .bmp)");
        }
        pictures.files.addAll(inside);
      } else {
        pictures.named.add(pictures.files.size());
        pictures.files.add(path);
      }
    }
    return pictures;
  }

  /** All files, in order. */
  List<Path> files() {
    return List.copyOf(files);
  }

  /**
   * Reads them one after the other.
   *
   * @return how many that were named cannot be used; of each the terminal was told why
   * @throws IllegalArgumentException if all of folders cannot be used, and there are no others
   * @throws IOException if {@code use} cannot go on
   */
  public int read(PictureInput input, Terminal terminal, Use use) throws IOException {
    var skipped = new ArrayList<String>();
    int failed = 0;
    for (int i = 0; i < files.size(); i++) {
      Path file = files.get(i);
      float[] numbers;
      try {
        Picture picture = PictureFile.read(file);
        numbers = input.numbers(picture);
        input.warning(picture).ifPresent(text -> terminal.warn("warning: " + file + ": " + text));
      } catch (FormatException | IllegalArgumentException | AccessDeniedException e) {
        if (named.contains(i)) {
          failed++;
          terminal.error(file + ": " + reason(e) + hint(e));
        } else {
          skipped.add(file.getFileName() + " (" + reason(e) + ")");
        }
        continue;
      }
      use.of(file, numbers);
    }
    warn(skipped, terminal);
    if (failed == 0 && skipped.size() == files.size()) {
      throw new IllegalArgumentException("none of the pictures can be read");
    }
    return failed;
  }

  private void warn(List<String> skipped, Terminal terminal) {
    if (!skipped.isEmpty()) {
      int more = skipped.size() - SHOWN;
      terminal.warn(
          "warning: skipped "
              + skipped.size()
              + " of "
              + (files.size() - named.size())
              + " pictures of folders: "
              + String.join("; ", skipped.subList(0, Math.min(SHOWN, skipped.size())))
              + (more > 0 ? "; and " + more + " more" : ""));
    }
  }

  private static String hint(Exception e) {
    return reason(e).startsWith("expected a picture") ? "; arrays go with --input" : "";
  }

  private static String reason(Exception e) {
    return switch (e) {
      case FormatException bad -> bad.reason();
      case AccessDeniedException _ -> "permission denied";
      default -> Text.message(e);
    };
  }
}
