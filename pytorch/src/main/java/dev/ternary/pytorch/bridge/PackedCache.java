package dev.ternary.pytorch.bridge;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ternary.kernel.Kernels;
import dev.ternary.kernel.PreparedMatrix;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The matrices of weight tensors in the kernel's layout, by the address of the tensor.
 *
 * <p>A pinned tensor is held by its owner and never written, so its address is enough. Any other,
 * such as one of a TorchScript module, may be freed or written at any time, and libtorch's version
 * counter tells neither of a write past autograd nor of another tensor at the same address: a copy
 * of its bytes is kept and compared at every call, and another matrix is made where they differ.
 * Those that were not used for longest are dropped once the copies take the memory that they may.
 */
final class PackedCache {

  /** The bytes of {@link PackedBytes}. */
  static final Form PACKED = PackedBytes::of;

  private static final PackedCache INSTANCE = new PackedCache(Runtime.getRuntime().maxMemory() / 4);

  /** Of its own, because the weights of a step are seldom used again: it drops nothing of worth. */
  private static final PackedCache OF_STEPS =
      new PackedCache(Runtime.getRuntime().maxMemory() / 16);

  private final long maxBytes;
  private final Map<Long, Entry> pinned = new HashMap<>();
  private final Map<Long, Entry> compared = new LinkedHashMap<>(16, 0.75f, true);
  private long comparedBytes;

  PackedCache(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** The one of this process, as the dispatcher of libtorch is one. */
  static PackedCache instance() {
    return INSTANCE;
  }

  /** The one for float32 weights, which training makes anew for each step. */
  static PackedCache ofSteps() {
    return OF_STEPS;
  }

  /** How the bytes of a tensor are weights; equal ones read the same. */
  interface Form {
    /**
     * The weights.
     *
     * @throws IllegalArgumentException if the bytes are none
     */
    PackedBytes read(MemorySegment bytes);
  }

  /** A matrix in use; closing gives it back. */
  static final class Entry implements AutoCloseable {

    private final PackedCache cache;
    private final PackedBytes weights;
    private final PreparedMatrix prepared;
    private final Optional<MemorySegment> copy;
    private final Form form;
    private final long bytes;
    private int users = 1;
    private boolean dropped;

    private Entry(
        PackedCache cache,
        PackedBytes weights,
        Form form,
        Optional<MemorySegment> copy,
        long bytes) {
      this.cache = cache;
      this.form = form;
      this.weights = weights;
      this.copy = copy;
      this.bytes = bytes;
      prepared = Kernels.best().prepare(weights.matrix());
    }

    PackedBytes weights() {
      return weights;
    }

    PreparedMatrix prepared() {
      return prepared;
    }

    @Override
    public void close() {
      cache.free(this, false);
    }
  }

  /** Remembers the weights of a tensor that its owner holds; the caller unpins them. */
  void pin(long address, PackedBytes weights, long bytes) {
    var entry = new Entry(this, weights, PACKED, Optional.empty(), bytes);
    synchronized (this) {
      entry.users = 0;
      pinned.put(address, entry);
    }
  }

  /** Forgets them; a product that runs now still ends well. */
  void unpin(long address) {
    Entry entry;
    synchronized (this) {
      entry = pinned.remove(address);
    }
    if (entry != null) {
      free(entry, true);
    }
  }

  /**
   * The matrix of a tensor.
   *
   * @throws IllegalArgumentException if its bytes are no matrix of this form
   */
  Entry use(long address, MemorySegment tensor, Form form) {
    Optional<Entry> known = known(address, tensor.byteSize(), form);
    if (known.isPresent()) {
      Entry entry = known.get();
      if (entry.copy.isEmpty() || entry.copy.get().mismatch(tensor) == -1) {
        return entry;
      }
      entry.close();
      drop(address, entry);
    }
    MemorySegment copy = MemorySegment.ofArray(tensor.toArray(JAVA_BYTE));
    var entry = new Entry(this, form.read(copy), form, Optional.of(copy), copy.byteSize());
    keep(address, entry);
    return entry;
  }

  private synchronized Optional<Entry> known(long address, long bytes, Form form) {
    Entry entry = pinned.get(address);
    if (entry == null) {
      entry = compared.get(address);
    }
    if (entry == null || entry.bytes != bytes || !entry.form.equals(form)) {
      return Optional.empty();
    }
    entry.users++;
    return Optional.of(entry);
  }

  private void keep(long address, Entry entry) {
    Entry before;
    synchronized (this) {
      before = compared.put(address, entry);
      comparedBytes += entry.bytes - (before == null ? 0 : before.bytes);
    }
    if (before != null) {
      free(before, true);
    }
    trim(entry);
  }

  private void trim(Entry newest) {
    while (true) {
      Entry oldest = null;
      synchronized (this) {
        Iterator<Entry> entries = compared.values().iterator();
        if (comparedBytes <= maxBytes || !entries.hasNext()) {
          return;
        }
        oldest = entries.next();
        if (oldest == newest) {
          return;
        }
        entries.remove();
        comparedBytes -= oldest.bytes;
      }
      free(oldest, true);
    }
  }

  private void drop(long address, Entry entry) {
    synchronized (this) {
      if (!compared.remove(address, entry)) {
        return;
      }
      comparedBytes -= entry.bytes;
    }
    free(entry, true);
  }

  /** Ends one use, or the cache's own; the last one frees the memory. */
  private void free(Entry entry, boolean drop) {
    boolean last;
    synchronized (this) {
      if (drop) {
        entry.dropped = true;
      } else {
        entry.users--;
      }
      last = entry.dropped && entry.users == 0;
    }
    if (last) {
      entry.prepared.close();
    }
  }

  /** Matrices kept now. */
  synchronized int size() {
    return pinned.size() + compared.size();
  }
}
