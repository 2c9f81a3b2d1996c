package dev.ternary.checks;

import static dev.ternary.checks.ModuleTable.Kind.ADAPTER;
import static dev.ternary.checks.ModuleTable.Kind.COMMANDS;
import static dev.ternary.checks.ModuleTable.Kind.HELP;
import static dev.ternary.checks.ModuleTable.Kind.KERNELS;
import static dev.ternary.checks.ModuleTable.Kind.LIBRARY;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;

/**
 * The modules and who may know whom, one line each. {@link ArchitectureTest} makes its rules of
 * this table, {@link ModuleTableTest} compares it with the page, the poms and the bom.
 */
final class ModuleTable {

  /** What a module is for. */
  enum Kind {
    /** Others build on it. */
    LIBRARY(true),
    /** Found by {@code ServiceLoader}; nobody compiles against it. */
    KERNELS(true),
    /** Brings one framework; adapters do not know each other, and only they know the framework. */
    ADAPTER(true),
    /** Commands of {@code ternary}. */
    COMMANDS(true),
    /** For this project's own tests and measurements. */
    HELP(false);

    private final boolean published;

    Kind(boolean published) {
      this.published = published;
    }
  }

  /**
   * One line of the table.
   *
   * @param packages roots of its packages, below {@code dev.ternary}
   * @param mayUse names of the modules that it compiles against, all of them
   */
  record Module(String name, Kind kind, List<String> packages, Set<String> mayUse) {

    /** Whether the bom gives its version. */
    boolean published() {
      return kind.published;
    }
  }

  private static final String ROOT = "dev.ternary.";

  static final List<Module> MODULES =
      List.of(
          module("foreign", LIBRARY, "foreign", ""),
          module("core", LIBRARY, "tensor trit packed quant kernel", ""),
          module("kernels-vector", KERNELS, "kernels.vector", "core"),
          module("kernels-x86", KERNELS, "kernels.x86", "core foreign"),
          module("formats", LIBRARY, "formats", "core"),
          module("nn", LIBRARY, "nn", "core formats"),
          module("training", LIBRARY, "training", "core"),
          module("datasets", LIBRARY, "datasets", "core formats training"),
          module("images", LIBRARY, "images", "core formats nn"),
          module("pytorch", ADAPTER, "pytorch", "core formats nn training foreign"),
          module("report", LIBRARY, "report", "core"),
          module("measure", LIBRARY, "measure", ""),
          module("cli", COMMANDS, "cli", "core formats nn images report measure"),
          module(
              "cli-pytorch",
              COMMANDS,
              "cli.pytorch cli.quickstart cli.train",
              "core formats nn training datasets pytorch report measure cli"),
          module("testkit", HELP, "testkit", ""),
          module("kernel-contract", HELP, "kernel.contract", "core testkit"),
          module("bench", HELP, "bench", "core measure"),
          module("build-checks", HELP, "checks", ""),
          module("bom", HELP, "", ""));

  private ModuleTable() {}

  private static Module module(String name, Kind kind, String packages, String mayUse) {
    return new Module(name, kind, words(packages), new LinkedHashSet<>(words(mayUse)));
  }

  private static List<String> words(String text) {
    return text.isEmpty() ? List.of() : List.of(text.split(" ", -1));
  }

  /** The module of this name. */
  static Module named(String name) {
    return MODULES.stream()
        .filter(module -> module.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new NoSuchElementException("the table has no module " + name));
  }

  /** The module of a package: the one with the longest root that it lies in. */
  static Optional<Module> ofPackage(String name) {
    return MODULES.stream()
        .filter(module -> rootLength(module, name) > 0)
        .max(Comparator.comparingInt(module -> rootLength(module, name)));
  }

  private static int rootLength(Module module, String packageName) {
    return module.packages().stream()
        .filter(root -> (packageName + ".").startsWith(ROOT + root + "."))
        .mapToInt(String::length)
        .max()
        .orElse(0);
  }
}
