import org.jspecify.annotations.NullMarked;

/** Reports as HTML pages with charts, and numbers as people read them; knows no command. */
@NullMarked
module dev.ternary.report {
  requires transitive dev.ternary.core;
  requires java.desktop; // PNG images
  requires static transitive org.jspecify;

  exports dev.ternary.report;
}
