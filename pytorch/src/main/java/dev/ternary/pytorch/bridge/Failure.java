package dev.ternary.pytorch.bridge;

import dev.ternary.foreign.ErrorText;

/**
 * What went wrong in a kernel on this thread: the text goes to libtorch for a C++ exception, and
 * the cause stays here for a caller in Java, to whom libtorch only says that it failed.
 */
final class Failure {

  /** Kernels keep what they throw here. */
  static final ErrorText TEXT = new ErrorText("a ternary operator failed");

  private Failure() {}

  /** The exception for a failed call: of the kind and with the message that a kernel gave it. */
  static RuntimeException of(String operator) {
    return TEXT.last()
        .map(cause -> of(operator, cause))
        .orElseGet(() ->
            new IllegalStateException(
                operator + " failed in libtorch, which says why on standard error"));
  }

  private static RuntimeException of(String operator, Throwable cause) {
    String message = cause.getMessage();
    if (cause instanceof IllegalArgumentException && message != null) {
      return new IllegalArgumentException(message, cause);
    }
    return new IllegalStateException(operator + " failed: " + cause, cause);
  }
}
