package dev.ternary.formats.pytorch;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A module of a TorchScript archive: its class and what it holds.
 *
 * @param type the name of its class, such as {@code __torch__.torch.nn.modules.linear.Linear}
 * @param attributes its parameters, buffers, inner modules and plain values by name, as {@link
 *     PyTorchCheckpoint#root} describes them; unmodifiable
 */
public record ScriptModule(String type, Map<String, Object> attributes) {

  /** Makes the map unmodifiable. */
  public ScriptModule {
    attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
  }

  static ScriptModule of(String type, Map<Object, Object> attributes) {
    var named = new LinkedHashMap<String, Object>();
    attributes.forEach((name, value) -> named.put(String.valueOf(name), value));
    return new ScriptModule(type, named);
  }
}
