package dev.ternary.cli.bench;

import java.util.function.Supplier;

/**
 * One operation to be timed.
 *
 * @param name what it does
 * @param reference the contender that it is compared with; its own name where it is one
 * @param bytes bytes of operands and results that it has to read and write
 * @param code runs it once and returns its result, so that nothing is optimised away
 */
record Contender(String name, String reference, long bytes, Supplier<?> code) {}
