package dev.ternary.formats.pytorch;

/**
 * Elements of a storage, whose bytes are elsewhere in the file.
 *
 * @param key names the storage in the file
 * @param element what its elements are
 * @param rootElements elements of the whole storage
 * @param from first element of this part of it
 * @param elements elements of this part
 * @param at offset in the file of what refers to it
 */
record StorageRef(
    String key, Element element, long rootElements, long from, long elements, long at) {}
