package dev.ternary.kernels.vector;

/** Which code a kernel runs; tests ask for one, users get what is faster at the moment. */
enum Choice {
  /** Plain loops. */
  PLAIN,
  /** Vector code, compiled or not. */
  VECTOR,
  /** Plain loops until the vector code is compiled. */
  FASTER;

  /** Whether the next call of a form runs vector code. */
  boolean isVector(Form form) {
    return switch (this) {
      case PLAIN -> false;
      case VECTOR -> true;
      case FASTER -> {
        boolean compiled = form.isCompiled();
        if (!compiled) {
          form.want();
        }
        yield compiled;
      }
    };
  }
}
