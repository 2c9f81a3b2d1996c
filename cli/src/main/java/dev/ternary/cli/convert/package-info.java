/** {@code ternary convert}: from a PyTorch checkpoint to safetensors. */
package dev.ternary.cli.convert;
