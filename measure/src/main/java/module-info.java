import org.jspecify.annotations.NullMarked;

/** One clock for all that is timed, and an OpenBLAS to compare with. */
@NullMarked
module dev.ternary.measure {
  requires java.management;
  requires jdk.management;
  requires static transitive org.jspecify;

  exports dev.ternary.measure;
}
