/** Makes the weights of a float graph ternary, with or without samples to calibrate on. */
package dev.ternary.nn.quantize;
