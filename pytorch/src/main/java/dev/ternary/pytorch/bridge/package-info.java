/**
 * The product of packed weights as an operator of PyTorch with a gradient, registered from Java in
 * the libtorch of this process.
 */
package dev.ternary.pytorch.bridge;
