/** Two-dimensional convolution with packed ternary weights, as products over image patches. */
package dev.ternary.kernel.conv;
