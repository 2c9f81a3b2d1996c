package dev.ternary.kernel;

import dev.ternary.kernel.spi.KernelProvider;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** Chooses the kernel for this JVM. */
public final class Kernels {

  /**
   * {@code auto} (the default) or a provider's name. A named provider that cannot run is an error.
   */
  public static final String PROPERTY = "ternary.kernel";

  private static final System.Logger LOG = System.getLogger(Kernels.class.getName());

  private static final String CPU = System.getProperty("os.arch", "");

  private static final Object LOCK = new Object();
  private static @Nullable TernaryKernel best;

  private Kernels() {}

  /** One line of a report on what was tried. */
  public record Candidate(String name, Probe probe) {}

  /** Returns the kernel that {@link #PROPERTY} asks for, chosen once and then kept. */
  public static TernaryKernel best() {
    synchronized (LOCK) {
      if (best == null) {
        best = choose(System.getProperty(PROPERTY, "auto"), probeAll());
      }
      return best;
    }
  }

  /**
   * Returns the kernel of one provider, whatever {@link #PROPERTY} asks for.
   *
   * @throws IllegalArgumentException if there is no such provider; the message lists those there
   *     are
   * @throws IllegalStateException if it cannot run here; the message says why
   */
  public static TernaryKernel named(String name) {
    return choose(name, probeAll());
  }

  /** Returns the plain-Java kernel, the reference that all others are tested against. */
  public static TernaryKernel scalar() {
    return new ScalarKernel();
  }

  /** Probes every provider, fastest first, with the scalar kernel last. */
  public static List<Candidate> probeAll() {
    List<KernelProvider> providers =
        providers(ServiceLoader.load(KernelProvider.class, Kernels.class.getClassLoader()));
    providers.sort(Comparator.comparingInt(KernelProvider::rank).reversed());
    var candidates = new ArrayList<Candidate>();
    for (KernelProvider provider : providers) {
      candidates.add(new Candidate(provider.name(), provider.probe()));
    }
    candidates.add(new Candidate("scalar", new Probe.Usable(scalar())));
    return List.copyOf(candidates);
  }

  /**
   * Every module of kernels lists those of all, so that a fat jar that keeps one of the lists has
   * all of them; a provider whose module is not there is none.
   */
  private static List<KernelProvider> providers(ServiceLoader<KernelProvider> loader) {
    var providers = new ArrayList<KernelProvider>();
    Iterator<KernelProvider> each = loader.iterator();
    boolean more = true;
    while (more) {
      try {
        more = each.hasNext();
        if (more) {
          providers.add(each.next());
        }
      } catch (ServiceConfigurationError e) {
        // With a cause the class is there, and something in it is wrong.
        LOG.log(e.getCause() == null ? Level.DEBUG : Level.WARNING, e.getMessage(), e.getCause());
      }
    }
    return providers;
  }

  // Visible for testing.
  static TernaryKernel choose(String wanted, List<Candidate> candidates) {
    for (Candidate candidate : candidates) {
      boolean named = candidate.name().equals(wanted);
      switch (candidate.probe()) {
        case Probe.Usable(TernaryKernel kernel) when named || wanted.equals("auto") -> {
          report(kernel, named, candidates);
          return kernel;
        }
        case Probe.Unusable(String reason) when named ->
            throw new IllegalStateException("kernel '" + wanted + "' cannot run here: " + reason);
        case Probe.Unusable(String reason) ->
            LOG.log(Level.DEBUG, "ternary kernel: not " + candidate.name() + ": " + reason);
        case Probe.Usable _ -> {}
      }
    }
    throw new IllegalArgumentException(
        "no kernel '"
            + wanted
            + "'; known: auto, "
            + String.join(", ", candidates.stream().map(Candidate::name).toList()));
  }

  private static void report(TernaryKernel kernel, boolean named, List<Candidate> candidates) {
    String line = "ternary kernel: " + kernel.name();
    var probes = new LinkedHashMap<String, Probe>();
    candidates.forEach(candidate -> probes.put(candidate.name(), candidate.probe()));
    Optional<String> advice =
        named ? Optional.empty() : KernelAdvice.of(kernel.name(), probes, CPU);
    LOG.log(
        advice.isPresent() ? Level.WARNING : Level.INFO,
        line + advice.map(text -> ", " + text).orElse(""));
  }
}
