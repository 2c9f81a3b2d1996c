/** Ternary layers for DJL models on PyTorch, their training, and their export. */
package dev.ternary.pytorch;
