package dev.ternary.formats.pytorch;

/**
 * One file of the program of a TorchScript archive.
 *
 * @param name the name of its record without that of the archive, such as {@code
 *     code/__torch__/net.py}
 * @param text its statements, in TorchScript's subset of Python
 * @param offset where its record is in the archive; the record may be compressed
 */
public record ScriptCode(String name, String text, long offset) {}
