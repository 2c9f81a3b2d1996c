package dev.ternary.cli.train;

import dev.ternary.training.Examples;

/**
 * What a training learns from, and what it is measured on after each epoch.
 *
 * @param train examples to learn from
 * @param validation examples to measure on
 * @param measured what that accuracy is called
 */
record Split(Examples train, Examples validation, String measured) {

  /** A tenth of the training examples is held out, or the test examples are watched. */
  static Split of(Examples all, Examples test, boolean holdOut) {
    if (!holdOut) {
      return new Split(all, test, "test accuracy");
    }
    int kept = all.size() - all.size() / 10;
    return new Split(
        all.slice(0, kept), all.slice(kept, all.size()), "accuracy on held-out images");
  }
}
