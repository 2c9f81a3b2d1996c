import org.jspecify.annotations.NullMarked;

/**
 * Native plumbing for the other modules: libraries and their functions, calls from native code into
 * Java, memory with machine code, and an assembler. Needs native access. No API for users.
 */
@NullMarked
@SuppressWarnings("module") // "x86" is a name, not a version, and modules above are unknown here
module dev.ternary.foreign {
  requires static org.jspecify;

  exports dev.ternary.foreign to
      dev.ternary.kernels.x86,
      dev.ternary.pytorch;
  exports dev.ternary.foreign.asm to
      dev.ternary.kernels.x86,
      dev.ternary.pytorch;
}
