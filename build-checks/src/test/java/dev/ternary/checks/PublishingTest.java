package dev.ternary.checks;

import static dev.ternary.checks.Repository.pomText;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ternary.checks.ModuleTable.Module;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What leaves the house: the bom, the poms and the jars. */
class PublishingTest {

  private static List<Module> published() {
    return ModuleTable.MODULES.stream().filter(Module::published).toList();
  }

  /** Without a parent and without imports, what the file names is all that it manages. */
  @Test
  void theBomManagesThePublishedModulesAndNothingElse() {
    assertEquals("", pomText("bom/pom.xml", "parent"));
    assertEquals(published().size(), Repository.managedArtifacts("bom/pom.xml"));
    assertEquals(published().size(), Repository.managed("bom/pom.xml").size());
    assertTrue(
        Repository.managed("bom/pom.xml").stream()
            .allMatch(dependency -> dependency.scope().equals("compile")),
        "an import");
    assertEquals("", pomText("bom/pom.xml", "dependencies"));
    assertEquals(pomText("pom.xml", "version"), pomText("bom/pom.xml", "version"));
  }

  @Test
  void everyPublishedPomSaysWhatARepositoryWantsToKnow() {
    for (String pom : List.of("pom.xml", "bom/pom.xml")) {
      for (String[] path :
          new String[][] {
            {"url"},
            {"licenses", "license", "name"},
            {"licenses", "license", "url"},
            {"developers", "developer", "name"},
            {"scm", "url"},
            {"scm", "connection"}
          }) {
        assertFalse(pomText(pom, path).isEmpty(), pom + " " + List.of(path));
      }
    }
    for (Module module : published()) {
      String pom = module.name() + "/pom.xml";
      assertEquals("Ternary Engine: " + module.name(), pomText(pom, "name"));
      assertFalse(pomText(pom, "description").isEmpty(), pom);
    }
  }

  @Test
  void modulesForOurselvesAreNotDeployed() {
    for (Module module : ModuleTable.MODULES) {
      if (!module.published() && !module.name().equals("bom")) {
        assertEquals(
            "true",
            pomText(module.name() + "/pom.xml", "properties", "maven.deploy.skip"),
            module.name());
      }
    }
  }

  @Test
  void licenceAndNoticeLieInEveryJar() throws IOException {
    for (Module module : published()) {
      Path classes = Repository.path(module.name() + "/target/classes/META-INF");
      for (String file : List.of("LICENSE", "NOTICE")) {
        assertTrue(Files.exists(classes.resolve(file)), module.name() + " has no " + file);
        assertEquals(Repository.text(file), Files.readString(classes.resolve(file)));
      }
    }
  }
}
