package dev.ternary.nn.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ternary.nn.graph.Operation;
import dev.ternary.tensor.Shape;
import java.util.List;

/**
 * Rotary position embedding; angles in float64.
 *
 * @param rope sizes and pairs
 */
record Rotation(Operation.Rope rope) implements Operator {

  @Override
  public long work(List<Shape> in, Shape out) {
    return 4 * out.elements();
  }

  @Override
  public Runnable bind(Memory memory, List<Operand> in, Operand y) {
    Operand x = in.getFirst();
    int tokens = (int) x.shape().dim(0);
    int width = x.last();
    int half = rope.headSize() / 2;
    double[] frequencies = new double[half];
    for (int i = 0; i < half; i++) {
      frequencies[i] = Math.pow(rope.theta(), -2.0 * i / rope.headSize());
    }
    float[] row = new float[width];
    return () -> {
      for (int r = 0; r < x.samples() * tokens; r++) {
        Staged.load(x.values(), (long) r * width, row, width);
        double position =
            in.size() > 1 ? in.get(1).values().getAtIndex(JAVA_FLOAT_UNALIGNED, r) : r % tokens;
        for (int i = 0; i < half; i++) {
          float cos = (float) Math.cos(position * frequencies[i]);
          float sin = (float) Math.sin(position * frequencies[i]);
          for (int head = 0; head < width; head += rope.headSize()) {
            turn(row, head, i, cos, sin);
          }
        }
        Staged.store(row, y.values(), (long) r * width, width);
      }
    };
  }

  private void turn(float[] row, int head, int pair, float cos, float sin) {
    int first =
        switch (rope.pairing()) {
          case HALVES -> head + pair;
          case NEIGHBOURS -> head + 2 * pair;
        };
    int second =
        switch (rope.pairing()) {
          case HALVES -> first + rope.headSize() / 2;
          case NEIGHBOURS -> first + 1;
        };
    float a = row[first];
    float b = row[second];
    row[first] = a * cos - b * sin;
    row[second] = b * cos + a * sin;
  }
}
