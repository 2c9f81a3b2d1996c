package dev.ternary.checks;

import static java.util.stream.Collectors.toCollection;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The lists of docs/adding.md.
 *
 * @param sections the steps under each heading
 * @param files all files of the repository
 */
record Page(Map<String, List<Step>> sections, List<String> files) {

  /** A line such as {@code 1. `path` names `text`: what to do}. */
  private static final Pattern STEP =
      Pattern.compile("\\d+\\. `([^`]+)` names (``?) ?(.+?) ?\\2: .+");

  private static final Pattern NUMBERED = Pattern.compile("\\d+\\. .*");

  /**
   * One step.
   *
   * @param path of the file, with words in capitals, {@code *} and {@code **}
   * @param text what one of the files of that path has in it
   */
  record Step(String path, String text) {}

  static Page read() throws IOException {
    var sections = new LinkedHashMap<String, List<Step>>();
    List<Step> steps = new ArrayList<>();
    for (String line : Repository.text("docs/adding.md").lines().toList()) {
      Matcher step = STEP.matcher(line);
      if (line.startsWith("## ")) {
        steps = new ArrayList<>();
        sections.put(line.substring(3), steps);
      } else if (step.matches()) {
        steps.add(new Step(step.group(1), step.group(3)));
      } else if (NUMBERED.matcher(line).matches()) {
        throw new IllegalStateException("docs/adding.md has a step of another form: " + line);
      }
    }
    return new Page(sections, Repository.files());
  }

  /** The steps of a list that are not done for a part, as sentences. */
  List<String> missing(String section, Map<String, String> part) throws IOException {
    var missing = new ArrayList<String>();
    for (Step step : sections.get(section)) {
      String path = filled(step.path(), part);
      String text = filled(step.text(), part);
      if (!isDone(path, text)) {
        missing.add(section + " " + part + ": no " + path + " names " + text);
      }
    }
    return missing;
  }

  private boolean isDone(String path, String text) throws IOException {
    PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + path);
    for (String file : files) {
      if (matcher.matches(Path.of(file)) && Repository.text(file).contains(text)) {
        return true;
      }
    }
    return false;
  }

  private static String filled(String text, Map<String, String> part) {
    String filled = text;
    // Longer words first, so that none is taken for the beginning of another.
    for (String word : part.keySet().stream().collect(toCollection(TreeSet::new)).descendingSet()) {
      filled = filled.replace(word, part.get(word));
    }
    return filled;
  }
}
