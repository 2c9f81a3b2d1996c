/** PyTorch checkpoints, read without running anything that is in them. */
package dev.ternary.formats.pytorch;
