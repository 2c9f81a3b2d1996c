import org.jspecify.annotations.NullMarked;

/** Data sets for the examples; MNIST is bundled. */
@NullMarked
module dev.ternary.examples {
  requires transitive dev.ternary.core;
  requires dev.ternary.formats;

  exports dev.ternary.examples;
}
