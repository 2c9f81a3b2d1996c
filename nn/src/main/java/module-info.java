import org.jspecify.annotations.NullMarked;

/** Inference models of packed ternary and float layers: build, predict, save and load. */
@NullMarked
module dev.ternary.nn {
  requires static transitive org.jspecify;
  requires transitive dev.ternary.core;
  requires transitive dev.ternary.formats;
  requires com.fasterxml.jackson.core;

  exports dev.ternary.nn;
}
