/** What layers and whole graphs compute in libtorch, as functions of arrays. */
package dev.ternary.pytorch.functions;
