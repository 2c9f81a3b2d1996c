package dev.ternary.formats.gguf;

import dev.ternary.tensor.DType;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the bytes of a tensor are: {@code enum ggml_type} of ggml.h, and numbers that microsoft's
 * BitNet, ik_llama.cpp and PrismML took for themselves.
 *
 * @param name as its authors call it
 * @param dtype where the bytes are elements as they are
 * @param codec where they are blocks that are decoded here
 */
record GgmlType(String name, Optional<DType> dtype, Optional<RowCodec> codec) {

  /** The number of {@code Q2_0}, whose blocks were of 128 weights at first. */
  static final int Q2_0 = 42;

  /** {@code Q2_0} as PrismML's files of early 2026 have it. */
  static final GgmlType OLD_Q2_0 = trits("Q2_0 of 128", new OrderedBlocks(128));

  /** A number that microsoft's BitNet and ggml use for different things. */
  private static final String TWICE_USED = "MXFP4 or TL2";

  private static final Map<Integer, GgmlType> TYPES =
      Map.ofEntries(
          Map.entry(0, plain("F32", DType.F32)),
          Map.entry(1, plain("F16", DType.F16)),
          Map.entry(30, plain("BF16", DType.BF16)),
          Map.entry(28, plain("F64", DType.F64)),
          Map.entry(24, plain("I8", DType.I8)),
          Map.entry(25, plain("I16", DType.I16)),
          Map.entry(26, plain("I32", DType.I32)),
          Map.entry(27, plain("I64", DType.I64)),
          Map.entry(2, blocks("Q4_0", new SmallBlocks(4))),
          Map.entry(8, blocks("Q8_0", new SmallBlocks(8))),
          Map.entry(12, blocks("Q4_K", new Q4K())),
          Map.entry(14, blocks("Q6_K", new Q6K())),
          Map.entry(34, trits("TQ1_0", Base3Blocks.TQ1_0)),
          Map.entry(35, trits("TQ2_0", new PlaneBlocks())),
          Map.entry(36, trits("I2_S", new BitNetRows())),
          Map.entry(Q2_0, trits("Q2_0", new OrderedBlocks(64))),
          Map.entry(134, trits("IQ1_BN", new ScaledRows(true))),
          Map.entry(135, trits("IQ2_BN", new ScaledRows(false))),
          Map.entry(142, trits("PQ2_0", new OrderedBlocks(128))),
          Map.entry(143, trits("PTQ1_0", Base3Blocks.PTQ1_0)));

  /** Encodings that are listed and copied, but not decoded. */
  private static final Map<Integer, String> OTHERS =
      Map.ofEntries(
          Map.entry(3, "Q4_1"),
          Map.entry(6, "Q5_0"),
          Map.entry(7, "Q5_1"),
          Map.entry(9, "Q8_1"),
          Map.entry(10, "Q2_K"),
          Map.entry(11, "Q3_K"),
          Map.entry(13, "Q5_K"),
          Map.entry(15, "Q8_K"),
          Map.entry(16, "IQ2_XXS"),
          Map.entry(17, "IQ2_XS"),
          Map.entry(18, "IQ3_XXS"),
          Map.entry(19, "IQ1_S"),
          Map.entry(20, "IQ4_NL"),
          Map.entry(21, "IQ3_S"),
          Map.entry(22, "IQ2_S"),
          Map.entry(23, "IQ4_XS"),
          Map.entry(29, "IQ1_M"),
          Map.entry(37, "I8_S"),
          Map.entry(38, "TL1"),
          Map.entry(39, TWICE_USED),
          Map.entry(40, "NVFP4"),
          Map.entry(41, "Q1_0"),
          Map.entry(335, "IQ2_BN_R4"));

  private static GgmlType plain(String name, DType dtype) {
    return new GgmlType(name, Optional.of(dtype), Optional.empty());
  }

  private static GgmlType blocks(String name, RowCodec codec) {
    return new GgmlType(name, Optional.empty(), Optional.of(codec));
  }

  private static GgmlType trits(String name, TritCodec codec) {
    return blocks(name, codec);
  }

  /** The type with this number; an unknown one is called by it. */
  static GgmlType of(int id) {
    @Nullable GgmlType known = TYPES.get(id);
    if (known != null) {
      return known;
    }
    @Nullable String other = OTHERS.get(id);
    String name = other == null ? "ggml type " + Integer.toUnsignedString(id) : other;
    return new GgmlType(name, Optional.empty(), Optional.empty());
  }

  /** Why its bytes are not decoded, and what to do. */
  String refusal() {
    return switch (name) {
      case "TL1", TWICE_USED ->
          name
              + ", and the layouts TL1 and TL2 of microsoft/BitNet are made for one CPU; take the"
              + " model as I2_S, TQ2_0 or safetensors";
      case "IQ2_BN_R4" ->
          name + ", whose rows are interleaved for one CPU; take the model as IQ2_BN";
      default ->
          name
              + ", which is not decoded here; take the model in F16, BF16, Q8_0, Q4_0, Q4_K, Q6_K or"
              + " a ternary encoding";
    };
  }
}
