package dev.ternary.kernel.spi;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ternary.kernel.Parallelism;
import org.junit.jupiter.api.Test;

class ScratchTest {

  @Test
  void givesAlignedMemoryOfAtLeastTheSize() {
    try (Scratch scratch = new Scratch(Parallelism.single())) {
      for (long bytes : new long[] {0, 1, 100, 5000}) {
        assertThat(scratch.shared(bytes).byteSize()).isGreaterThanOrEqualTo(bytes);
        assertThat(scratch.shared(bytes).address() % 64).isZero();
        assertThat(scratch.local(0, bytes).byteSize()).isGreaterThanOrEqualTo(bytes);
        assertThat(scratch.local(0, bytes).address() % 64).isZero();
      }
    }
  }

  @Test
  void keepsItsMemoryWhileItIsLargeEnough() {
    try (Scratch scratch = new Scratch(Parallelism.single())) {
      var first = scratch.shared(1000);
      assertThat(scratch.shared(10)).isSameAs(first);
      assertThat(scratch.shared(1000)).isSameAs(first);
      assertThat(scratch.shared(1001)).isNotSameAs(first);
    }
  }

  @Test
  void sharedAndLocalMemoryAreApart() {
    try (Parallelism two = Parallelism.always(2);
        Scratch scratch = new Scratch(two)) {
      assertThat(scratch.parallelism()).isSameAs(two);
      scratch.shared(8).set(JAVA_BYTE, 0, (byte) 1);
      scratch.local(0, 8).set(JAVA_BYTE, 0, (byte) 2);
      scratch.local(1, 8).set(JAVA_BYTE, 0, (byte) 3);
      assertThat(scratch.shared(8).get(JAVA_BYTE, 0)).isEqualTo((byte) 1);
      assertThat(scratch.local(0, 8).get(JAVA_BYTE, 0)).isEqualTo((byte) 2);
      assertThat(scratch.local(1, 8).get(JAVA_BYTE, 0)).isEqualTo((byte) 3);
    }
  }

  @Test
  void freesItsMemoryWhenClosedAndServesAgain() {
    var scratch = new Scratch(Parallelism.single());
    var memory = scratch.shared(8);
    scratch.close();
    scratch.close();
    assertThatThrownBy(() -> memory.get(JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
    assertThat(scratch.shared(8).get(JAVA_BYTE, 0)).isZero();
    scratch.close();
  }
}
