import org.jspecify.annotations.NullMarked;

/** Networks as graphs of packed ternary and float layers: build, save, load, rewrite and run. */
@NullMarked
module dev.ternary.nn {
  requires static transitive org.jspecify;
  requires transitive dev.ternary.core;
  requires transitive dev.ternary.formats;

  exports dev.ternary.nn;
  exports dev.ternary.nn.backend;
  exports dev.ternary.nn.graph;
  exports dev.ternary.nn.quantize;
  exports dev.ternary.nn.rewrite;
  exports dev.ternary.nn.zoo;
}
