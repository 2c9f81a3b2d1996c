package dev.ternary.pytorch.backend;

/** How images lie in libtorch's memory. */
public enum TorchLayout {
  /** Channels first, libtorch's default. */
  CHANNELS_FIRST,
  /** Channels last: the same shapes and results, in another order in memory. */
  CHANNELS_LAST
}
