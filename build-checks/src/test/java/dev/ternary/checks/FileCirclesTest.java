package dev.ternary.checks;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Which files can only be read together. */
@AnalyzeClasses(packages = "dev.ternary", importOptions = ImportOption.DoNotIncludeTests.class)
class FileCirclesTest {

  /**
   * The one circle that there is. {@code TernaryArray} hands each group of its methods to a sealed
   * interface that it implements, and those take and give arrays: a type split over files, which
   * one reads one at a time. To cut it would be to put all of them back into one file, or to ask
   * users for a second type. A new circle fails, and so does this line once it is no longer true.
   */
  private static final Set<String> KNOWN =
      Set.of(
          "trit: Conversion Counting Creation Indexing LinearAlgebra Logic MatrixProduct Reductions"
              + " Searching Shaping Sorting TernaryArray TritComparisons TritLinearAlgebra TritLogic"
              + " TritMask TritOp TritReductions TritSelection TritShaping TritSorting");

  @ArchTest
  static void noNewFilesStandInACircleAndNoneAcrossPackages(JavaClasses found) {
    var uses = new TreeMap<String, Set<String>>();
    for (JavaClass from : found) {
      Set<String> targets = uses.computeIfAbsent(file(from), _ -> new TreeSet<>());
      from.getDirectDependenciesFromSelf().stream()
          .map(dependency -> dependency.getTargetClass().getBaseComponentType())
          .filter(type -> found.contain(type.getName()))
          .map(FileCirclesTest::file)
          .forEach(targets::add);
    }
    var circles = new TreeSet<String>();
    new Circles(uses).all().forEach(circle -> circles.add(text(circle)));
    assertEquals(lines(KNOWN), lines(circles));
  }

  private static String file(JavaClass type) {
    return type.getName().replaceFirst("\\$.*", "");
  }

  /** The package and its files, or, where there are several packages, all names in full. */
  private static String text(Set<String> circle) {
    String folder = folder(circle.iterator().next());
    if (!circle.stream().allMatch(name -> folder(name).equals(folder))) {
      return "across packages: " + String.join(" ", circle);
    }
    return folder.substring("dev.ternary.".length())
        + circle.stream()
            .map(name -> name.substring(folder.length() + 1))
            .collect(joining(" ", ": ", ""));
  }

  private static String folder(String name) {
    return name.substring(0, name.lastIndexOf('.'));
  }

  private static String lines(Set<String> circles) {
    return String.join("\n", new TreeSet<>(circles));
  }
}
