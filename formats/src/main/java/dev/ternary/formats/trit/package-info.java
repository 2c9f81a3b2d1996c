/** Arrays of trits in NumPy's files and packed in safetensors files. */
package dev.ternary.formats.trit;
