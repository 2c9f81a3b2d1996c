/**
 * Runs graphs of {@code dev.ternary.nn} on libtorch: an answer of somebody else to compare with.
 */
package dev.ternary.pytorch.backend;
