/** Strict JSON: every error says in which file and at which byte. */
package dev.ternary.formats.json;
