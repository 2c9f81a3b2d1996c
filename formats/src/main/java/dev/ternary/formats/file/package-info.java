/** Mapping, copying and naming things in messages; for the formats only. */
package dev.ternary.formats.file;
