/** The GGUF format of llama.cpp: values by key, and tensors in the encodings of ggml. */
package dev.ternary.formats.gguf;
