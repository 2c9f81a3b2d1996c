package dev.ternary.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class WorkspaceTest {

  @Test
  void givesAlignedMemoryOfAtLeastTheSize() {
    try (Workspace workspace = new Workspace()) {
      for (long bytes : new long[] {0, 1, 100, 5000}) {
        assertThat(workspace.shared(bytes).byteSize()).isGreaterThanOrEqualTo(bytes);
        assertThat(workspace.shared(bytes).address() % 64).isZero();
        assertThat(workspace.local(0, bytes).byteSize()).isGreaterThanOrEqualTo(bytes);
        assertThat(workspace.local(0, bytes).address() % 64).isZero();
      }
    }
  }

  @Test
  void keepsItsMemoryWhileItIsLargeEnough() {
    try (Workspace workspace = new Workspace()) {
      var first = workspace.shared(1000);
      assertThat(workspace.shared(10)).isSameAs(first);
      assertThat(workspace.shared(1000)).isSameAs(first);
      assertThat(workspace.shared(1001)).isNotSameAs(first);
    }
  }

  @Test
  void sharedAndLocalMemoryAreApart() {
    try (Parallelism two = Parallelism.always(2);
        Workspace workspace = new Workspace(two)) {
      assertThat(workspace.parallelism()).isSameAs(two);
      workspace.shared(8).set(JAVA_BYTE, 0, (byte) 1);
      workspace.local(0, 8).set(JAVA_BYTE, 0, (byte) 2);
      workspace.local(1, 8).set(JAVA_BYTE, 0, (byte) 3);
      assertThat(workspace.shared(8).get(JAVA_BYTE, 0)).isEqualTo((byte) 1);
      assertThat(workspace.local(0, 8).get(JAVA_BYTE, 0)).isEqualTo((byte) 2);
      assertThat(workspace.local(1, 8).get(JAVA_BYTE, 0)).isEqualTo((byte) 3);
    }
  }

  @Test
  void freesItsMemoryWhenClosedAndServesAgain() {
    var workspace = new Workspace();
    var memory = workspace.shared(8);
    workspace.close();
    workspace.close();
    assertThatThrownBy(() -> memory.get(JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
    assertThat(workspace.shared(8).get(JAVA_BYTE, 0)).isZero();
    workspace.close();
  }
}
