/** Networks that many know by name: their layers, put together from the tensors of a checkpoint. */
package dev.ternary.nn.zoo;
