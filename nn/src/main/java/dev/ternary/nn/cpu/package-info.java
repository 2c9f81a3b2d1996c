/** Graphs on the processor: weights in their layout of work, memory planned ahead. */
package dev.ternary.nn.cpu;
