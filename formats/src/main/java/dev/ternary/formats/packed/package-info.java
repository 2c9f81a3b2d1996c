/** Models with packed ternary weights, stored as safetensors files that other tools can open. */
package dev.ternary.formats.packed;
