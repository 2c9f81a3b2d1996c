package dev.ternary.checks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ternary.checks.ModuleTable.Kind;
import dev.ternary.checks.ModuleTable.Module;
import dev.ternary.checks.Repository.Dependency;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table in code, the page, the poms and the bom say the same. */
class ModuleTableTest {

  /** A line such as {@code | `core` | what it is | nothing |}. */
  private static final Pattern ROW = Pattern.compile("\\| `([a-z0-9-]+)` \\|.*\\| ([^|]*) \\|");

  @Test
  void everyModuleStandsBelowThoseThatItUses() {
    var above = new HashSet<String>();
    for (Module module : ModuleTable.MODULES) {
      for (String used : module.mayUse()) {
        ModuleTable.named(used);
        assertTrue(!used.equals(module.name()), module.name() + " uses itself");
      }
      assertTrue(above.add(module.name()), module.name() + " is there twice");
    }
    // Takes away, again and again, what uses nothing that is left; a circle would stay.
    var left = new TreeSet<>(above);
    while (left.removeIf(
        name -> ModuleTable.named(name).mayUse().stream().noneMatch(left::contains))) {}
    assertEquals(Set.of(), left, "modules in a circle");
  }

  @Test
  void adaptersDoNotKnowEachOtherAndNobodyKnowsKernels() {
    for (Module module : ModuleTable.MODULES) {
      for (String name : module.mayUse()) {
        Kind used = ModuleTable.named(name).kind();
        boolean bothAdapt = module.kind() == Kind.ADAPTER && used == Kind.ADAPTER;
        assertFalse(bothAdapt || used == Kind.KERNELS, module.name() + " uses " + name);
      }
    }
  }

  @Test
  void thePageHasTheSameTable() throws IOException {
    String page = Repository.text("docs/architecture.md");
    String section = page.substring(page.indexOf("\n## Modules\n"));
    Map<String, Set<String>> written =
        ROW.matcher(section.substring(0, section.indexOf("\n## ", 1)))
            .results()
            .collect(
                Collectors.toMap(
                    row -> row.group(1), row -> names(row.group(2)), (_, b) -> b, TreeMap::new));
    Map<String, Set<String>> table = new TreeMap<>();
    ModuleTable.MODULES.forEach(m -> table.put(m.name(), new TreeSet<>(m.mayUse())));
    assertEquals(table, written);
  }

  private static Set<String> names(String list) {
    return list.equals("nothing") ? Set.of() : new TreeSet<>(Arrays.asList(list.split(", ", -1)));
  }

  @Test
  void theBuildHasTheSameModules() {
    Set<String> names =
        ModuleTable.MODULES.stream()
            .map(Module::name)
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(names, new TreeSet<>(Repository.modules()));
  }

  @Test
  void everyPomCompilesAgainstWhatTheTableSays() {
    for (Module module : ModuleTable.MODULES) {
      Set<String> compiled = with(Repository.dependencies(module.name()), "compile", "provided");
      assertEquals(
          new TreeSet<>(module.mayUse()), compiled, module.name() + "/pom.xml, compile scope");
    }
  }

  @Test
  void atRunTimeProgramsAddKernelsAndCommandsAlone() {
    for (Module module : ModuleTable.MODULES) {
      for (String name : with(Repository.dependencies(module.name()), "runtime")) {
        Kind kind = ModuleTable.named(name).kind();
        boolean found = kind == Kind.KERNELS || kind == Kind.COMMANDS;
        boolean program = module.kind() == Kind.COMMANDS || module.kind() == Kind.HELP;
        assertTrue(found && program, module.name() + "/pom.xml has " + name + " at run time");
      }
    }
  }

  @Test
  void theBomGivesTheVersionsOfWhatIsPublished() {
    Set<String> published =
        ModuleTable.MODULES.stream()
            .filter(Module::published)
            .map(Module::name)
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(published, with(Repository.managed("bom/pom.xml"), "compile"));
    Set<String> managed = with(Repository.managed("pom.xml"), "compile");
    assertTrue(managed.containsAll(published), "the parent pom manages " + managed);
  }

  @Test
  void theRulesSeeTheClassesOfEveryPublishedModule() {
    Set<String> seen = with(Repository.dependencies("build-checks"), "test");
    for (Module module : ModuleTable.MODULES) {
      assertTrue(
          !module.published() || seen.contains(module.name()),
          "build-checks/pom.xml does not have " + module.name());
    }
  }

  private static Set<String> with(List<Dependency> dependencies, String... scopes) {
    return dependencies.stream()
        .filter(dependency -> List.of(scopes).contains(dependency.scope()))
        .map(Dependency::module)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
