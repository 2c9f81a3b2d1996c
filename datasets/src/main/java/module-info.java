import org.jspecify.annotations.NullMarked;

/** Data sets as they are published, read into examples to learn from; MNIST is bundled. */
@NullMarked
module dev.ternary.datasets {
  requires transitive dev.ternary.core;
  requires transitive dev.ternary.training;
  requires dev.ternary.formats;
  requires java.desktop; // JPEG images of CIFAR-10

  exports dev.ternary.datasets;
}
