/** The one door into files of tensors, whatever kind they are. */
package dev.ternary.formats.tensors;
