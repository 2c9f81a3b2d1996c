package dev.ternary.checks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/** The working tree that the tests run in: pages and poms. */
final class Repository {

  private static final Path ROOT = root();

  private Repository() {}

  /** A dependency on another module of the project. */
  record Dependency(String module, String scope) {}

  private static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("docs/architecture.md"))) {
      Path parent = folder.getParent();
      if (parent == null) {
        throw new IllegalStateException(
            "no folder above " + Path.of("").toAbsolutePath() + " has docs/architecture.md");
      }
      folder = parent;
    }
    return folder;
  }

  static Path path(String relative) {
    return ROOT.resolve(relative);
  }

  static String text(String relative) throws IOException {
    return Files.readString(path(relative));
  }

  /** Files below the root, with {@code /} between folders, without what a build has made. */
  static List<String> files() throws IOException {
    var found = new ArrayList<String>();
    try (Stream<Path> top = Files.list(ROOT)) {
      for (Path entry : top.sorted().toList()) {
        String name = entry.getFileName().toString();
        if (Files.isRegularFile(entry)) {
          found.add(name);
        } else if (!name.startsWith(".")) {
          found.addAll(below(entry));
        }
      }
    }
    return found;
  }

  private static List<String> below(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile)
          .map(file -> ROOT.relativize(file).toString().replace('\\', '/'))
          .filter(file -> !file.contains("/target/"))
          .sorted()
          .toList();
    }
  }

  /** The {@code <module>}s of the parent pom. */
  static List<String> modules() {
    return elements(child(pom("pom.xml"), "modules").getFirst(), "module").stream()
        .map(Element::getTextContent)
        .toList();
  }

  /** What a module's own pom depends on. */
  static List<Dependency> dependencies(String module) {
    return child(pom(module + "/pom.xml"), "dependencies").stream()
        .flatMap(list -> ours(list).stream())
        .toList();
  }

  /** What the dependency management of a pom names. */
  static List<Dependency> managed(String file) {
    return child(pom(file), "dependencyManagement").stream()
        .flatMap(list -> child(list, "dependencies").stream())
        .flatMap(list -> ours(list).stream())
        .toList();
  }

  /** How many artifacts the dependency management of a pom names, whoever made them. */
  static int managedArtifacts(String file) {
    return child(pom(file), "dependencyManagement").stream()
        .flatMap(list -> child(list, "dependencies").stream())
        .mapToInt(list -> elements(list, "dependency").size())
        .sum();
  }

  /**
   * The text of what lies below the elements of these names, one in the other; empty if nothing.
   */
  static String pomText(String file, String... names) {
    List<Element> found = List.of(pom(file));
    for (String name : names) {
      found = found.stream().flatMap(one -> child(one, name).stream()).toList();
    }
    return found.isEmpty() ? "" : found.getFirst().getTextContent().strip();
  }

  private static List<Dependency> ours(Element dependencies) {
    return elements(dependencies, "dependency").stream()
        .filter(one -> value(one, "groupId", "").equals("dev.ternary"))
        .map(one ->
            new Dependency(
                value(one, "artifactId", "").replaceFirst("^ternary-", ""),
                value(one, "scope", "compile")))
        .toList();
  }

  private static String value(Element element, String name, String otherwise) {
    List<Element> found = child(element, name);
    return found.isEmpty() ? otherwise : found.getFirst().getTextContent();
  }

  private static List<Element> child(Element element, String name) {
    return elements(element, name).stream().limit(1).toList();
  }

  private static List<Element> elements(Element parent, String name) {
    return IntStream.range(0, parent.getChildNodes().getLength())
        .mapToObj(parent.getChildNodes()::item)
        .filter(node -> node.getNodeType() == Node.ELEMENT_NODE)
        .map(Element.class::cast)
        .filter(element -> element.getTagName().equals(name))
        .toList();
  }

  private static Element pom(String file) {
    try {
      return DocumentBuilderFactory.newDefaultInstance()
          .newDocumentBuilder()
          .parse(path(file).toFile())
          .getDocumentElement();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ParserConfigurationException | SAXException e) {
      throw new IllegalStateException(file + " cannot be read", e);
    }
  }
}
