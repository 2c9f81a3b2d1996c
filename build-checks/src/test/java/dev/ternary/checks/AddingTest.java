package dev.ternary.checks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.ternary.checks.ModuleTable.Kind;
import dev.ternary.checks.ModuleTable.Module;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Walks the lists of docs/adding.md for every part of the project. */
class AddingTest {

  private static final Pattern SOURCE =
      Pattern.compile("([a-z0-9-]+)/src/main/java/(.*/)(\\w+)\\.java");
  private static final Pattern FORMAT =
      Pattern.compile("formats/src/main/java/dev/ternary/formats/(\\w+)/\\w+\\.java");
  private static final Pattern RECORD = Pattern.compile("\\n  record (\\w+)\\(");
  private static final Pattern WORD = Pattern.compile("@Command\\(\\s*name = \"([a-z0-9]+)\"");

  /** Packages of formats that are tools for all of them. */
  private static final Set<String> NO_FORMATS = Set.of("file", "json");

  private static Page page = new Page(Map.of(), List.of());

  @BeforeAll
  static void readThePage() throws IOException {
    page = Page.read();
  }

  private static void walk(String section, List<Map<String, String>> parts) throws IOException {
    assertFalse(parts.isEmpty(), "no part to walk the list for: " + section);
    assertFalse(page.sections().getOrDefault(section, List.of()).isEmpty(), "no list " + section);
    var missing = new ArrayList<String>();
    for (Map<String, String> part : parts) {
      missing.addAll(page.missing(section, part));
    }
    assertEquals(List.of(), missing);
  }

  @Test
  void everyModuleIsWhereTheListSays() throws IOException {
    walk(
        "A module",
        ModuleTable.MODULES.stream().map(module -> Map.of("MODULE", module.name())).toList());
  }

  @Test
  void everyKernelIsWhereTheListSays() throws IOException {
    var parts = new ArrayList<Map<String, String>>();
    for (String file : page.files()) {
      Matcher source = SOURCE.matcher(file);
      if (source.matches()
          && source.group(3).endsWith("KernelProvider")
          && ModuleTable.named(source.group(1)).kind() == Kind.KERNELS) {
        parts.add(
            Map.of(
                "MODULE", source.group(1),
                "NAME", source.group(3).replaceFirst("KernelProvider$", ""),
                "PROVIDER", source.group(2).replace('/', '.') + source.group(3)));
      }
    }
    walk("A kernel", parts);
  }

  @Test
  void everyFormatIsWhereTheListSays() throws IOException {
    var names = new TreeSet<String>();
    for (String file : page.files()) {
      Matcher format = FORMAT.matcher(file);
      if (format.matches() && !NO_FORMATS.contains(format.group(1))) {
        names.add(format.group(1));
      }
    }
    walk("A format", names.stream().map(name -> Map.of("NAME", name)).toList());
  }

  @Test
  void everyOperationIsWhereTheListSays() throws IOException {
    Matcher record =
        RECORD.matcher(Repository.text("nn/src/main/java/dev/ternary/nn/graph/Operation.java"));
    walk("An operation", record.results().map(found -> Map.of("NAME", found.group(1))).toList());
  }

  @Test
  void everyFrameworkAdapterIsWhereTheListSays() throws IOException {
    walk(
        "A framework adapter",
        ModuleTable.MODULES.stream()
            .filter(module -> module.kind() == Kind.ADAPTER)
            .map(module -> Map.of("MODULE", module.name(), "NAME", root(module)))
            .toList());
  }

  private static String root(Module module) {
    return module.packages().getFirst();
  }

  @Test
  void everyCommandIsWhereTheListSays() throws IOException {
    var parts = new ArrayList<Map<String, String>>();
    for (String file : page.files()) {
      Matcher source = SOURCE.matcher(file);
      if (source.matches() && source.group(3).endsWith("Command")) {
        Matcher word = WORD.matcher(Repository.text(file));
        if (word.find()) {
          parts.add(
              Map.of("MODULE", source.group(1), "NAME", source.group(3), "WORD", word.group(1)));
        }
      }
    }
    walk("A command", parts);
  }

  @Test
  void everyListIsWalked() {
    assertEquals(
        Set.of(
            "A module", "A kernel", "A format", "An operation", "A framework adapter", "A command"),
        page.sections().keySet());
  }

  @Test
  void aStepThatIsNotDoneIsNamed() throws IOException {
    assertEquals(
        List.of(
            "A format {NAME=none}: no formats/src/main/java/dev/ternary/formats/none/package-info.java"
                + " names package dev.ternary.formats.none;"),
        page.missing("A format", Map.of("NAME", "none")).subList(0, 1));
  }
}
