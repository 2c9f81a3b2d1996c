/** What all file formats share: the error for bad bytes, and writing a file whole or not at all. */
package dev.ternary.formats;
