import org.jspecify.annotations.NullMarked;

/** Files of tensors: safetensors, npy and npz, idx, and packed ternary models. */
@NullMarked
@SuppressWarnings("module") // nn, which may quote as this does, is built later
module dev.ternary.formats {
  requires static transitive org.jspecify;
  requires transitive dev.ternary.core;
  requires com.fasterxml.jackson.core;

  exports dev.ternary.formats;
  exports dev.ternary.formats.file to
      dev.ternary.nn,
      dev.ternary.pytorch;
  exports dev.ternary.formats.gguf;
  exports dev.ternary.formats.idx;
  exports dev.ternary.formats.json;
  exports dev.ternary.formats.npy;
  exports dev.ternary.formats.packed;
  exports dev.ternary.formats.pytorch;
  exports dev.ternary.formats.safetensors;
  exports dev.ternary.formats.tar;
  exports dev.ternary.formats.tensors;
  exports dev.ternary.formats.trit;
}
