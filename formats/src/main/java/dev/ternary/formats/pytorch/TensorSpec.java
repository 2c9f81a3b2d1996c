package dev.ternary.formats.pytorch;

import java.util.List;

/**
 * A view of a storage as the file describes it; nothing is checked yet.
 *
 * @param storage where its elements are
 * @param offset first element, counted from the start of the storage
 * @param sizes dimensions, outermost first
 * @param strides elements from one index to the next, by dimension
 * @param at offset in the file of the description
 */
record TensorSpec(StorageRef storage, long offset, List<Long> sizes, List<Long> strides, long at) {}
