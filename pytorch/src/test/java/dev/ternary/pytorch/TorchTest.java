package dev.ternary.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import org.junit.jupiter.api.Test;

class TorchTest {

  @Test
  void startsWhateverTheContextClassLoaderSees() throws IOException {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (var empty = new URLClassLoader(new URL[0], ClassLoader.getPlatformClassLoader())) {
      thread.setContextClassLoader(empty);
      assertThat(Torch.start(1).getEngineName()).isEqualTo("PyTorch");
      assertThat(thread.getContextClassLoader()).isSameAs(empty);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  @Test
  void aSecondClassLoaderIsNamedAsTheReason() {
    var cause =
        new UnsatisfiedLinkError(
            "Native Library /cache/libc10.so already loaded in another classloader");
    assertThat(Torch.reason(new IllegalStateException("Failed to load", cause)))
        .isEqualTo(
            "PyTorch could not start: another class loader of this process has loaded it (Native"
                + " Library /cache/libc10.so already loaded in another classloader); a process can"
                + " load it once: put DJL on the class path of the server, not of each application");
    assertThat(
            Torch.reason(new IllegalArgumentException("Deep learning engine not found: PyTorch")))
        .isEqualTo(
            "PyTorch could not start: put pytorch-engine, pytorch-jni and pytorch-native-cpu of DJL"
                + " on the class path, all three of the same family (Deep learning engine not"
                + " found: PyTorch)");
  }

  @Test
  void refusesNoThreads() {
    assertThatThrownBy(() -> Torch.start(0)).hasMessage("PyTorch needs 1 thread or more, got 0");
  }
}
