/** PyTorch in this process. */
package dev.ternary.pytorch;
