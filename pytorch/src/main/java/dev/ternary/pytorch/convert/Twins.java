package dev.ternary.pytorch.convert;

import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import dev.ternary.packed.Granularity;
import dev.ternary.pytorch.layers.LearnedScale;
import dev.ternary.pytorch.layers.ResidualBlock;
import dev.ternary.pytorch.layers.TernaryBlock;
import dev.ternary.pytorch.layers.TernaryConv2d;
import dev.ternary.pytorch.layers.TernaryEmbedding;
import dev.ternary.pytorch.layers.TernaryLinear;
import dev.ternary.pytorch.layers.TernaryOptions;
import dev.ternary.pytorch.layers.TernaryScope;
import dev.ternary.quant.ThresholdRule;
import java.util.Arrays;

/** A float network and the ternary one that is to be fitted to it: whether that can be done. */
final class Twins {

  private Twins() {}

  /**
   * Checks before anything is changed that both are built alike, hold the same weights, and that
   * each ternary layer has a form that keeps what is fitted.
   *
   * @throws IllegalArgumentException if not; the message gives the path of the first such block
   */
  static void require(Block floating, Block ternary) {
    require("", floating, ternary);
  }

  private static void require(String path, Block floating, Block ternary) {
    switch (ternary) {
      case SequentialBlock sequence -> {
        if (!(floating instanceof SequentialBlock from)
            || from.getChildren().size() != sequence.getChildren().size()) {
          throw unlike(path, floating, ternary);
        }
        for (int i = 0; i < sequence.getChildren().size(); i++) {
          require(
              path + "/" + sequence.getChildren().keyAt(i),
              from.getChildren().valueAt(i),
              sequence.getChildren().valueAt(i));
        }
      }
      case ResidualBlock residual -> {
        if (!(floating instanceof ResidualBlock from)
            || from.shortcut().isPresent() != residual.shortcut().isPresent()) {
          throw unlike(path, floating, ternary);
        }
        require(path + "/body", from.body(), residual.body());
        residual
            .shortcut()
            .ifPresent(s -> require(path + "/shortcut", from.shortcut().orElseThrow(), s));
      }
      case TernaryScope _ -> throw shared();
      case TernaryBlock layer -> requireLayer(path, floating, layer);
      default -> {
        if (floating instanceof SequentialBlock || floating instanceof ResidualBlock) {
          throw unlike(path, floating, ternary);
        }
      }
    }
    requireSameParameters(path, floating, ternary);
  }

  private static void requireLayer(String path, Block floating, TernaryBlock layer) {
    switch (layer) {
      case TernaryConv2d conv -> {
        if (!(floating instanceof Conv2d)) {
          throw unlike(path, floating, conv);
        }
        if (conv.getGroups() != 1) {
          throw new IllegalArgumentException(
              "the convolution '"
                  + path
                  + "' needs one group to be fitted, got "
                  + conv.getGroups());
        }
      }
      case TernaryLinear linear -> {
        if (!(floating instanceof Linear)) {
          throw unlike(path, floating, linear);
        }
      }
      case TernaryEmbedding _ ->
          throw new IllegalArgumentException("the embedding '" + path + "' cannot be fitted");
    }
    TernaryOptions options = layer.options();
    boolean keepsScale =
        options.learnedScale() != LearnedScale.NONE
            || (options.scaled()
                && !(options.quantizer().rule() instanceof ThresholdRule.Absolute));
    if (!keepsScale || !(options.quantizer().granularity() instanceof Granularity.PerRow)) {
      throw new IllegalArgumentException(
          "the layer '"
              + path
              + "' needs a scale a row to be fitted, got "
              + (options.scaled() ? "" : "unscaled ")
              + options.quantizer().rule()
              + " per "
              + options.quantizer().granularity());
    }
  }

  private static void requireSameParameters(String path, Block floating, Block ternary) {
    for (var entry : floating.getDirectParameters()) {
      Parameter twin = ternary.getDirectParameters().get(entry.getKey());
      if (twin == null
          || !Arrays.equals(
              entry.getValue().getArray().toFloatArray(), twin.getArray().toFloatArray())) {
        throw new IllegalArgumentException(
            "both networks must hold the same '" + path + "/" + entry.getKey() + "'");
      }
    }
  }

  /** A converted network can only be changed together with the float one. */
  static IllegalArgumentException shared() {
    return new IllegalArgumentException(
        "a network of TernaryQuantization shares its parameters with the float one, which must not"
            + " change: build the ternary network of TernaryConv2d and TernaryLinear");
  }

  private static IllegalArgumentException unlike(String path, Block floating, Block ternary) {
    return new IllegalArgumentException(
        "both networks must be built alike, but block '"
            + path
            + "' is "
            + describe(floating)
            + " in the float one and "
            + describe(ternary)
            + " in the ternary one");
  }

  private static String describe(Block block) {
    return block.getClass().getSimpleName() + " of " + block.getChildren().size() + " blocks";
  }
}
