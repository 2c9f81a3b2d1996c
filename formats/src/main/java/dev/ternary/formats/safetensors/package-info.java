/** The safetensors format: a JSON header and the raw bytes of tensors. */
package dev.ternary.formats.safetensors;
