package dev.ternary.pytorch.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import dev.ternary.kernel.Activations;
import dev.ternary.packed.Granularity;
import dev.ternary.packed.Packing;
import dev.ternary.packed.Scales;
import dev.ternary.packed.TernaryMatrix;
import dev.ternary.pytorch.Torch;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackedLinearTest {

  private static final byte[] TRITS = {1, 0, -1, 1, 1, 0, 0, -1, -1, 0, 1, 0};

  @BeforeAll
  static void start() {
    Torch.start(1);
  }

  private static TernaryMatrix matrix() {
    Scales scales = Scales.of(Granularity.row(), 0.5f, 2, 0.25f);
    return TernaryMatrix.pack(3, 4, TRITS, Packing.base243(), scales);
  }

  private static SequentialBlock network(Block packed) {
    return new SequentialBlock()
        .add(Linear.builder().setUnits(4).build())
        .add(Activation.reluBlock())
        .add(packed);
  }

  private static float[] scores(Block block, NDManager manager) {
    NDArray x = manager.create(new float[] {1, -2, 3, 0.5f, 0.25f, -1}, new Shape(2, 3));
    var store = new ParameterStore(manager, false);
    return block.forward(store, new NDList(x), false).singletonOrThrow().toFloatArray();
  }

  @Test
  void aSavedModelGivesItsPackedLayerBack(@TempDir Path folder) throws Exception {
    float[] expected;
    try (Model model = Model.newInstance("packed", "PyTorch")) {
      NDManager manager = model.getNDManager();
      model.setBlock(
          network(PackedLinear.of(manager, matrix(), Activations.INT8, 0.1f, 0.2f, 0.3f)));
      model.getBlock().initialize(manager, DataType.FLOAT32, new Shape(2, 3));
      expected = scores(model.getBlock(), manager);
      model.save(folder, "packed");
    }
    try (Model model = Model.newInstance("packed", "PyTorch")) {
      PackedLinear packed = PackedLinear.toLoad(3, 4);
      model.setBlock(network(packed));
      model.load(folder);
      assertThat(scores(model.getBlock(), model.getNDManager())).containsExactly(expected);
      assertThat(packed.isInitialized()).isTrue();
      assertThat(packed.matrix().toFloatArray())
          .containsExactly(.5f, 0, -.5f, .5f, 2, 0, 0, -2, -.25f, 0, .25f, 0);
      assertThat(packed.matrix().packing()).isEqualTo(Packing.base243());
    }
  }

  @Test
  void loadingReplacesTheWeightsOfALayerThatHasSome() throws Exception {
    try (NDManager manager = NDManager.newBaseManager()) {
      byte[] saved = saved(PackedLinear.of(manager, matrix(), Activations.FLOAT32));
      TernaryMatrix other =
          TernaryMatrix.pack(
              3, 4, new byte[12], Packing.twoBit(), Scales.of(Granularity.tensor(), 1));
      PackedLinear layer = PackedLinear.of(manager, other, Activations.INT8, 1, 1, 1);
      load(layer, manager, saved);
      assertThat(layer.matrix().toFloatArray()).containsExactly(matrix().toFloatArray());
      NDArray x = manager.create(new float[] {1, 2, 3, 4}, new Shape(1, 4));
      var store = new ParameterStore(manager, false);
      assertThat(layer.forward(store, new NDList(x), false).head().toFloatArray())
          .containsExactly(1, -6, 0.5f);
    }
  }

  @Test
  void aLayerWithoutWeightsSaysSo() {
    try (NDManager manager = NDManager.newBaseManager()) {
      PackedLinear layer = PackedLinear.toLoad(3, 4);
      assertThat(layer.isInitialized()).isFalse();
      NDArray x = manager.ones(new Shape(1, 4));
      var store = new ParameterStore(manager, false);
      assertThatThrownBy(() -> layer.forward(store, new NDList(x), false))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("PackedLinear [3, 4] has no weights yet: load the model first");
      assertThatThrownBy(() -> PackedLinear.toLoad(0, 4))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("a linear layer needs 1 unit and input or more, got 0 and 4");
    }
  }

  @Test
  void refusesAnotherShapeVersionOrNumberOfBiases() throws Exception {
    try (NDManager manager = NDManager.newBaseManager()) {
      byte[] saved = saved(PackedLinear.of(manager, matrix(), Activations.INT8, 1, 2, 3));
      assertThatThrownBy(() -> load(PackedLinear.toLoad(4, 3), manager, saved))
          .isInstanceOf(MalformedModelException.class)
          .hasMessage("PackedLinear [4, 3] cannot load a layer that has weights [3, 4]");
      assertThatThrownBy(() -> load(PackedLinear.toLoad(1, 1), manager, saved))
          .isInstanceOf(MalformedModelException.class)
          .hasMessage("PackedLinear [1, 1] cannot load a layer that has weights of 39 bytes");
      PackedLinear layer = PackedLinear.toLoad(3, 4);
      byte[] old = saved.clone();
      old[0] = 1;
      assertThatThrownBy(() -> load(layer, manager, old))
          .isInstanceOf(MalformedModelException.class)
          .hasMessage(
              "PackedLinear [3, 4] cannot load a layer that was saved with version 1, this is"
                  + " version 2");
      byte[] biases = saved.clone();
      biases[saved.length - 3 * 4 - 1] = 2;
      assertThatThrownBy(() -> load(layer, manager, biases))
          .isInstanceOf(MalformedModelException.class)
          .hasMessage("PackedLinear [3, 4] cannot load a layer that has 2 biases");
      assertThat(layer.isInitialized()).isFalse();
    }
  }

  @Test
  void aFileThatIsCutOrHasAFlippedBitIsRefusedOrReadInFull() throws Exception {
    try (NDManager manager = NDManager.newBaseManager()) {
      byte[] saved = saved(PackedLinear.of(manager, matrix(), Activations.FLOAT32, 1, 2, 3));
      PackedLinear layer = PackedLinear.toLoad(3, 4);
      for (int length = 0; length < saved.length; length++) {
        byte[] cut = Arrays.copyOf(saved, length);
        assertThatThrownBy(() -> load(layer, manager, cut)).isInstanceOf(EOFException.class);
      }
      for (int bit = 0; bit < 8 * saved.length; bit++) {
        byte[] flipped = saved.clone();
        flipped[bit / 8] ^= (byte) (1 << (bit % 8));
        try {
          load(layer, manager, flipped);
        } catch (IOException | MalformedModelException e) {
          assertThat(e.getClass()).isIn(List.of(EOFException.class, MalformedModelException.class));
        }
      }
    }
  }

  private static byte[] saved(PackedLinear layer) throws IOException {
    var bytes = new ByteArrayOutputStream();
    layer.saveParameters(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static void load(PackedLinear layer, NDManager manager, byte[] saved)
      throws IOException, MalformedModelException {
    layer.loadParameters(manager, new DataInputStream(new ByteArrayInputStream(saved)));
  }
}
