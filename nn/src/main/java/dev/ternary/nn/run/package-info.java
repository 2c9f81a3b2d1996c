/** Layers made ready to run: weights in their layout of work, buffers planned ahead. */
package dev.ternary.nn.run;
