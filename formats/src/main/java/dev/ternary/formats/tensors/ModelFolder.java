package dev.ternary.formats.tensors;

import dev.ternary.formats.FileKind;
import dev.ternary.formats.FormatException;
import dev.ternary.formats.StoredTensor;
import dev.ternary.formats.TensorFile;
import dev.ternary.formats.file.OpenTensors;
import dev.ternary.formats.file.Text;
import dev.ternary.formats.json.DuplicateNames;
import dev.ternary.formats.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A model as HuggingFace lays it out: weights in one file or in shards, and a configuration. */
final class ModelFolder {

  /** Opens one file of tensors. */
  @FunctionalInterface
  interface Opener {
    TensorFile open(Path file) throws IOException;
  }

  private static final String INDEX = "model.safetensors.index.json";
  private static final List<String> SINGLE = List.of("model.safetensors", "pytorch_model.bin");
  private static final String CONFIG = "config.json";
  private static final long LONGEST_CONFIG = 16 << 20;

  private static final Set<FileKind> SHARDS =
      EnumSet.of(FileKind.SAFETENSORS, FileKind.PACKED, FileKind.PYTORCH);

  private final Path folder;
  private final Opener opener;
  private final Map<String, TensorFile> shards = new LinkedHashMap<>();
  private final List<StoredTensor> tensors = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  private ModelFolder(Path folder, Opener opener) {
    this.folder = folder;
    this.opener = opener;
  }

  static TensorFile open(Path folder, Opener opener) throws IOException {
    var opening = new ModelFolder(folder, opener);
    boolean opened = false;
    try {
      opening.read();
      TensorFile file =
          new OpenTensors(
              folder,
              FileKind.HUGGINGFACE,
              opening.metadata(),
              opening.tensors,
              opening::close,
              opening.notes);
      opened = true;
      return file;
    } finally {
      if (!opened) {
        opening.close();
      }
    }
  }

  private void read() throws IOException {
    for (String name : SINGLE) {
      if (Files.exists(folder.resolve(name))) {
        TensorFile file = shard(name);
        file.names().forEach(tensor -> tensors.add(file.tensor(tensor)));
        return;
      }
    }
    Path index = folder.resolve(INDEX);
    if (!Files.exists(index)) {
      throw new IOException(
          "cannot read " + folder + ": the folder has none of " + SINGLE + " and " + INDEX);
    }
    JsonObject names = JsonObject.read(index, DuplicateNames.LAST_WINS).object("weight_map");
    for (String name : names.names()) {
      String shard = names.string(name);
      if (!isName(shard) || !Files.isRegularFile(folder.resolve(shard))) {
        throw names.error(
            name,
            "tensor "
                + Text.quote(name)
                + " must be in a file of the folder, found "
                + Text.quote(shard));
      }
      TensorFile file = shard(shard);
      if (!file.names().contains(name)) {
        throw names.error(name, "tensor " + Text.quote(name) + " is not in " + Text.quote(shard));
      }
      tensors.add(file.tensor(name));
    }
  }

  /** Whether it can only be the name of something in the folder, not the way to somewhere else. */
  private static boolean isName(String shard) {
    return !shard.isEmpty()
        && shard.chars().noneMatch(c -> c == '/' || c == '\\' || c == ':' || c < ' ')
        && !shard.equals(".")
        && !shard.equals("..");
  }

  private TensorFile shard(String name) throws IOException {
    TensorFile open = shards.get(name);
    if (open == null) {
      open = opener.open(folder.resolve(name));
      shards.put(name, open);
      if (!SHARDS.contains(open.kind())) {
        throw new FormatException(
            folder.resolve(name), 0, "this is " + open.kind().phrase() + ", not a part of a model");
      }
      notes.addAll(open.notes());
    }
    return open;
  }

  /** The configuration as a text; what it says is for those who build models. */
  private Map<String, String> metadata() throws IOException {
    Path config = folder.resolve(CONFIG);
    if (!Files.isRegularFile(config)) {
      return Map.of();
    }
    if (Files.size(config) > LONGEST_CONFIG) {
      throw new FormatException(config, 0, "a configuration of " + Files.size(config) + " bytes");
    }
    // Nothing here reads it: bytes that are no text need not keep the weights from anybody.
    return Map.of(CONFIG, new String(Files.readAllBytes(config), StandardCharsets.UTF_8));
  }

  private void close() {
    shards.values().forEach(TensorFile::close);
  }
}
