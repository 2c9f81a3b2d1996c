import org.jspecify.annotations.NullMarked;

/** What a training needs whatever framework computes it: examples, batches, schedules, measures. */
@NullMarked
module dev.ternary.training {
  requires transitive dev.ternary.core;

  exports dev.ternary.training;
}
