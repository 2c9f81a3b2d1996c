import org.jspecify.annotations.NullMarked;

/** Ternary layers and training on PyTorch through the Deep Java Library. */
@NullMarked
@SuppressWarnings("requires-transitive-automatic") // DJL 0.36 has no module descriptors
module dev.ternary.pytorch {
  requires transitive dev.ternary.core;
  requires transitive dev.ternary.formats;
  requires transitive dev.ternary.nn;
  requires transitive dev.ternary.training;
  requires dev.ternary.foreign;
  requires transitive ai.djl.api;
  requires ai.djl.pytorch_engine; // handles of its arrays
  requires static transitive org.jspecify;

  exports dev.ternary.pytorch;
  exports dev.ternary.pytorch.backend;
  exports dev.ternary.pytorch.bridge;
  exports dev.ternary.pytorch.convert;
  exports dev.ternary.pytorch.layers;
  exports dev.ternary.pytorch.networks;
  exports dev.ternary.pytorch.script;
  exports dev.ternary.pytorch.training;
}
