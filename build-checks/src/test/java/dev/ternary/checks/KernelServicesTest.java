package dev.ternary.checks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ternary.checks.ModuleTable.Kind;
import dev.ternary.checks.ModuleTable.Module;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Every module of kernels lists the providers of all: a fat jar that was made without merging
 * META-INF/services keeps one list, whichever, and must find all kernels by it.
 */
class KernelServicesTest {

  private static final String SERVICES = "META-INF/services/dev.ternary.kernel.spi.KernelProvider";

  private static final Pattern PROVIDER =
      Pattern.compile("([a-z0-9-]+)/src/main/java/(.*KernelProvider)\\.java");

  private static final Set<String> ALL =
      Set.of("vector", "x86-avx2", "x86-avx-vnni", "x86-avx512-vnni", "x86-amx", "scalar");

  /** A fat jar: the classes of all modules, and one of the lists. */
  private static final class FatJar extends URLClassLoader {

    private final Path services;

    FatJar(List<Path> classes, Path services) throws MalformedURLException {
      super(urls(classes), ClassLoader.getPlatformClassLoader());
      this.services = services;
    }

    private static URL[] urls(List<Path> classes) throws MalformedURLException {
      var urls = new ArrayList<URL>();
      for (Path folder : classes) {
        urls.add(folder.toUri().toURL());
      }
      return urls.toArray(URL[]::new);
    }

    @Override
    public Enumeration<URL> findResources(String name) throws IOException {
      return name.equals(SERVICES)
          ? Collections.enumeration(List.of(services.toUri().toURL()))
          : super.findResources(name);
    }

    /** The kernels that the engine in this jar finds. */
    Set<String> kernels() throws ReflectiveOperationException {
      var found = new TreeSet<String>();
      List<?> candidates =
          (List<?>) loadClass("dev.ternary.kernel.Kernels").getMethod("probeAll").invoke(null);
      for (Object candidate : candidates) {
        found.add((String) candidate.getClass().getMethod("name").invoke(candidate));
      }
      return found;
    }
  }

  private static List<String> kernelModules() {
    return ModuleTable.MODULES.stream()
        .filter(module -> module.kind() == Kind.KERNELS)
        .map(Module::name)
        .toList();
  }

  private static Path classes(String module) {
    return Repository.path(module + "/target/classes");
  }

  @Test
  void everyListHasTheProvidersOfAllModules() throws IOException {
    Set<String> providers =
        Repository.files().stream()
            .map(PROVIDER::matcher)
            .filter(Matcher::matches)
            .filter(file -> ModuleTable.named(file.group(1)).kind() == Kind.KERNELS)
            .map(file -> file.group(2).replace('/', '.'))
            .collect(Collectors.toCollection(TreeSet::new));
    assertTrue(providers.size() >= 5, providers.toString());
    for (String module : kernelModules()) {
      Set<String> listed =
          Repository.text(module + "/src/main/resources/" + SERVICES)
              .lines()
              .filter(line -> !line.startsWith("#"))
              .collect(Collectors.toCollection(TreeSet::new));
      assertEquals(providers, listed, module);
    }
  }

  @Test
  void aFatJarWithAnyOneListFindsAllKernels() throws Exception {
    for (String survivor : kernelModules()) {
      var folders = new ArrayList<Path>(List.of(classes("core"), classes("foreign")));
      kernelModules().forEach(module -> folders.add(classes(module)));
      folders.forEach(folder -> assertTrue(Files.isDirectory(folder), folder.toString()));
      try (var jar = new FatJar(folders, classes(survivor).resolve(SERVICES))) {
        assertEquals(ALL, jar.kernels(), survivor);
      }
    }
  }

  @Test
  void aListedModuleThatIsNotThereIsSkipped() throws Exception {
    var folders = List.of(classes("core"), classes("kernels-vector"));
    Path services = classes("kernels-vector").resolve(SERVICES);
    try (var jar = new FatJar(folders, services)) {
      assertEquals(Set.of("vector", "scalar"), jar.kernels());
    }
    try (var jar = new FatJar(List.of(classes("core")), services)) {
      assertEquals(Set.of("scalar"), jar.kernels());
    }
  }
}
