package dev.ternary.pytorch.script;

import dev.ternary.formats.pytorch.ScriptCode;
import java.util.Map;

/**
 * A function while it runs.
 *
 * @param file where it is written
 * @param variables those that have a value
 */
record Frame(ScriptCode file, Map<String, Value> variables) {}
