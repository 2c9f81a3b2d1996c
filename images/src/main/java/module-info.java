import org.jspecify.annotations.NullMarked;

/** Pictures in files, and how they become the numbers that a model takes. */
@NullMarked
module dev.ternary.images {
  requires java.desktop;
  requires static transitive org.jspecify;
  requires transitive dev.ternary.core;
  requires transitive dev.ternary.formats;
  requires transitive dev.ternary.nn;

  exports dev.ternary.images;
}
