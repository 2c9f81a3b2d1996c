package dev.ternary.nn.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.ternary.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** The mean of each channel, summed in float64. */
record GlobalMean() implements Operator {

  @Override
  public long work(List<Shape> in, Shape out) {
    return in.getFirst().elements();
  }

  @Override
  public Runnable bind(Memory memory, List<Operand> in, Operand out) {
    MemorySegment from = in.getFirst().values();
    MemorySegment to = out.values();
    int planes = Math.multiplyExact(out.samples(), out.size());
    int pixels = in.getFirst().size() / out.size();
    return () -> {
      for (int plane = 0; plane < planes; plane++) {
        double sum = 0;
        for (int i = 0; i < pixels; i++) {
          sum += from.getAtIndex(JAVA_FLOAT_UNALIGNED, (long) plane * pixels + i);
        }
        to.setAtIndex(JAVA_FLOAT_UNALIGNED, plane, (float) (sum / pixels));
      }
    };
  }
}
