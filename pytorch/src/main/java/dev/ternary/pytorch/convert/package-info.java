/** Float networks become ternary, and trained ones leave PyTorch. */
package dev.ternary.pytorch.convert;
