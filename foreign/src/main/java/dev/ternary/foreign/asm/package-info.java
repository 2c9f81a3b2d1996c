/**
 * A small assembler for x86-64: the instructions that our modules use and no more. Encodings are
 * those of the Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2.
 */
package dev.ternary.foreign.asm;
