/** Training and evaluation of DJL models on PyTorch. */
package dev.ternary.pytorch.training;
