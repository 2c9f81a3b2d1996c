package dev.ternary.foreign.asm;

import java.util.ArrayList;
import java.util.List;

/** A place in the code that branches go to; bound once, used before or after. */
public final class Label {

  static final int UNBOUND = -1;

  int position = UNBOUND;

  /** Where 32-bit distances to this label wait for its position. */
  final List<Integer> waiting = new ArrayList<>();
}
