package dev.ternary.formats.pytorch;

import dev.ternary.formats.FormatException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads one pickle of protocol 2 to 5 and runs nothing: it knows the opcodes that tensors and plain
 * containers need, and the globals of {@link Globals}. What it makes is one of the Python-like
 * values that {@link Kinds} names. Opcodes as in CPython 3.13, {@code Lib/pickletools.py}.
 */
final class Unpickler {

  /** Values that one pickle may make; a checkpoint has some thousands. */
  static final int MOST_VALUES = 4_000_000;

  private static final int MOST_PROTOCOL = 5;

  private final PickleInput in;
  private final PersistentIds persistentIds;
  private final List<Object> stack = new ArrayList<>();
  private final List<Integer> marks = new ArrayList<>();
  private final Map<Long, Object> memo = new HashMap<>();
  private final IdentityHashMap<String, ByteBuffer> encoded = new IdentityHashMap<>();
  private int values;
  private long at;

  private Unpickler(PickleInput in, PersistentIds persistentIds) {
    this.in = in;
    this.persistentIds = persistentIds;
  }

  /** Reads the pickle at the position of {@code in} and stops after it. */
  static Object read(PickleInput in, PersistentIds persistentIds) throws FormatException {
    return new Unpickler(in, persistentIds).run();
  }

  /** Reads a pickle that refers to nothing outside it. */
  static Object read(PickleInput in) throws FormatException {
    return read(
        in,
        (_, at) -> {
          throw new FormatException(in.file(), at, "a persistent id where none may be");
        });
  }

  private Object run() throws FormatException {
    at = in.at();
    if (opcode() != Opcode.PROTO) {
      throw error("a pickle of protocol 2 to 5 must begin here, with byte 0x80");
    }
    protocol();
    while (true) {
      at = in.at();
      Opcode opcode = opcode();
      if (opcode == Opcode.STOP) {
        Object result = pop();
        if (!stack.isEmpty() || !marks.isEmpty()) {
          throw error("the pickle stops with " + stack.size() + " values left over");
        }
        return result;
      }
      execute(opcode);
    }
  }

  private Opcode opcode() throws FormatException {
    int code = in.u8("the next opcode");
    Optional<Opcode> opcode = Opcode.of(code);
    if (opcode.isEmpty()) {
      throw error("no opcode has the number 0x" + Integer.toHexString(code));
    }
    return opcode.get();
  }

  private void execute(Opcode opcode) throws FormatException {
    String what = opcode.name();
    switch (opcode) {
      case PROTO -> protocol();
      case FRAME -> frame();
      case MARK -> mark();
      case NONE -> push(Optional.empty());
      case NEWTRUE -> push(true);
      case NEWFALSE -> push(false);
      case INT -> push(decimal());
      case BININT -> push((long) in.i32(what));
      case BININT1 -> push((long) in.u8(what));
      case BININT2 -> push((long) in.u16(what));
      case LONG1 -> push(in.integer(in.u8(what), what));
      case BINFLOAT -> push(in.bigEndianDouble(what));
      case SHORT_BINUNICODE -> push(in.text(in.u8(what), what));
      case BINUNICODE -> push(in.text(in.u32(what), what));
      case SHORT_BINSTRING -> push(in.byteString(in.u8(what), what));
      case BINSTRING -> push(in.byteString(in.u32(what), what));
      case BINUNICODE8 -> push(in.text(in.i64(what), what));
      case SHORT_BINBYTES -> push(raw(in.u8(what), what));
      case BINBYTES -> push(raw(in.u32(what), what));
      case BINBYTES8 -> push(raw(in.i64(what), what));
      case EMPTY_LIST -> push(new PyList(at));
      case EMPTY_DICT -> push(new PyDict(false, at));
      case EMPTY_TUPLE -> push(new PyTuple(List.of(), at));
      case TUPLE -> push(new PyTuple(popToMark(), at));
      case TUPLE1 -> push(new PyTuple(pop(1), at));
      case TUPLE2 -> push(new PyTuple(pop(2), at));
      case TUPLE3 -> push(new PyTuple(pop(3), at));
      case APPEND -> append(pop(1));
      case APPENDS -> append(popToMark());
      case SETITEM -> setItems(pop(2));
      case SETITEMS -> setItems(popToMark());
      case BINPUT -> memoize(in.u8(what));
      case LONG_BINPUT -> memoize(in.u32(what));
      case MEMOIZE -> memoize(memo.size());
      case BINGET -> push(recall(in.u8(what)));
      case LONG_BINGET -> push(recall(in.u32(what)));
      case GLOBAL -> push(Globals.find(in.file(), at, in.line(what), in.line(what)));
      case STACK_GLOBAL -> stackGlobal();
      case BINPERSID -> push(persistentIds.load(pop(), at));
      case REDUCE -> reduce();
      case BUILD -> build();
      case NEWOBJ -> module();
      case STOP -> throw new AssertionError("handled by run()");
      case POP,
          POP_MARK,
          DUP,
          FLOAT,
          LONG,
          LONG4,
          PERSID,
          STRING,
          UNICODE,
          DICT,
          LIST,
          GET,
          PUT,
          INST,
          OBJ,
          NEWOBJ_EX,
          EXT1,
          EXT2,
          EXT4,
          EMPTY_SET,
          ADDITEMS,
          FROZENSET,
          BYTEARRAY8,
          NEXT_BUFFER,
          READONLY_BUFFER ->
          throw error("refuses opcode " + what + ": tensors and plain containers need none");
    }
  }

  private void protocol() throws FormatException {
    int protocol = in.u8("PROTO");
    if (protocol < 2 || protocol > MOST_PROTOCOL) {
      throw error("pickle protocol must be 2 to " + MOST_PROTOCOL + ", found " + protocol);
    }
  }

  /** A frame only promises that so many bytes follow. */
  private void frame() throws FormatException {
    long length = in.i64("FRAME");
    if (length < 0 || length > in.left()) {
      throw error(
          "FRAME of "
              + Long.toUnsignedString(length)
              + " bytes, but only "
              + in.left()
              + " are left; was the file cut short?");
    }
  }

  private void mark() throws FormatException {
    count();
    marks.add(stack.size());
  }

  private void count() throws FormatException {
    if (++values > MOST_VALUES) {
      throw error("a pickle may make " + MOST_VALUES + " values, this makes more");
    }
  }

  private void push(Object value) throws FormatException {
    count();
    stack.add(value);
  }

  private int floor() {
    return marks.isEmpty() ? 0 : marks.getLast();
  }

  private Object pop() throws FormatException {
    return pop(1).getFirst();
  }

  private List<Object> pop(int count) throws FormatException {
    if (stack.size() - floor() < count) {
      throw error("needs " + count + " values on the stack, found " + (stack.size() - floor()));
    }
    return cut(stack.size() - count);
  }

  private List<Object> popToMark() throws FormatException {
    if (marks.isEmpty()) {
      throw error("no MARK to go back to");
    }
    return cut(marks.removeLast());
  }

  private List<Object> cut(int from) {
    List<Object> tail = stack.subList(from, stack.size());
    List<Object> values = List.copyOf(tail);
    tail.clear();
    return values;
  }

  private Object top() throws FormatException {
    if (stack.size() <= floor()) {
      throw error("needs a value on the stack, found none");
    }
    return stack.getLast();
  }

  private void append(List<Object> items) throws FormatException {
    if (!(top() instanceof PyList list)) {
      throw error("items must go to a list, found " + Kinds.of(top()));
    }
    list.items().addAll(items);
  }

  private void setItems(List<Object> items) throws FormatException {
    if (!(top() instanceof PyDict dict)) {
      throw error("entries must go to a dict, found " + Kinds.of(top()));
    }
    if (items.size() % 2 != 0) {
      throw error("a key without a value");
    }
    for (int i = 0; i < items.size(); i += 2) {
      dict.put(in.file(), at, items.get(i), items.get(i + 1));
    }
  }

  private void memoize(long index) throws FormatException {
    count();
    memo.put(index, top());
  }

  private Object recall(long index) throws FormatException {
    Object value = memo.get(index);
    if (value == null) {
      throw error("value " + index + " of the memo was never stored");
    }
    return value;
  }

  private void stackGlobal() throws FormatException {
    List<Object> names = pop(2);
    if (!(names.get(0) instanceof String module) || !(names.get(1) instanceof String name)) {
      throw error(
          "STACK_GLOBAL needs two strings, found "
              + Kinds.of(names.get(0))
              + " and "
              + Kinds.of(names.get(1)));
    }
    push(Globals.find(in.file(), at, module, name));
  }

  private void reduce() throws FormatException {
    List<Object> call = pop(2);
    if (!(call.get(0) instanceof Global.Function function)) {
      throw error("refuses to call " + Kinds.of(call.get(0)));
    }
    if (!(call.get(1) instanceof PyTuple arguments)) {
      throw error("arguments must be a tuple, found " + Kinds.of(call.get(1)));
    }
    push(new Arguments(in.file(), at, function, arguments.items(), encoded).call());
  }

  /** A module of TorchScript, which has no arguments. */
  private void module() throws FormatException {
    List<Object> made = pop(2);
    if (!(made.get(0) instanceof Global.ModuleClass type)) {
      throw error("refuses to make an object of " + Kinds.of(made.get(0)));
    }
    if (!(made.get(1) instanceof PyTuple arguments) || !arguments.items().isEmpty()) {
      throw error("a module must be made without arguments, found " + Kinds.of(made.get(1)));
    }
    push(PyDict.ofModule(type.pythonName(), at));
  }

  /** Only an {@code OrderedDict} has attributes that are worth nothing here, such as _metadata. */
  private void build() throws FormatException {
    Object state = pop();
    if (top() instanceof PyDict module && module.module()) {
      if (!(state instanceof PyDict attributes)) {
        throw error("the state of a module must be a dict, found " + Kinds.of(state));
      }
      for (Map.Entry<Object, Object> entry : List.copyOf(attributes.entries().entrySet())) {
        count(); // Else a small pickle could give many attributes to many modules.
        module.put(in.file(), at, entry.getKey(), entry.getValue());
      }
      return;
    }
    if (!(top() instanceof PyDict dict && dict.ordered())) {
      throw error("refuses to set the state of " + Kinds.of(top()));
    }
    if (!(state instanceof PyDict)) {
      throw error("the state of an OrderedDict must be a dict, found " + Kinds.of(state));
    }
  }

  /** Python 2 writes integers of more than 32 bits as text, even in protocol 2. */
  private Object decimal() throws FormatException {
    String line = in.line("INT");
    try {
      return switch (line) {
        case "00" -> false;
        case "01" -> true;
        default -> Long.parseLong(line);
      };
    } catch (NumberFormatException e) {
      throw new FormatException(in.file(), at, "INT is no integer of 64 bits", e);
    }
  }

  private ByteBuffer raw(long length, String what) throws FormatException {
    return ByteBuffer.wrap(in.bytes(length, what)).asReadOnlyBuffer();
  }

  private FormatException error(String reason) {
    return new FormatException(in.file(), at, reason);
  }
}
