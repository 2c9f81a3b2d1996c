package dev.ternary.pytorch.script;

import dev.ternary.formats.FormatException;
import dev.ternary.formats.file.Text;
import dev.ternary.formats.pytorch.ScriptModule;
import dev.ternary.formats.pytorch.TorchScriptArchive;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs a program on inputs of which only the shapes are known. What it computes with numbers, texts
 * and sizes is computed; an operator on tensors becomes a node of the graph. So branches and loops
 * of a module that was scripted are gone through as they would be with any input of these shapes.
 */
final class Interpreter {

  /** Expressions and statements of one program, loops unrolled; ResNet-152 takes 20 thousand. */
  private static final int MOST_STEPS = 2_000_000;

  /** Functions in functions. */
  private static final int MOST_CALLS = 60;

  private final TorchScriptArchive archive;
  private final Program program;
  private final Net net;
  private int steps;
  private int calls;

  Interpreter(TorchScriptArchive archive, Program program, Net net) {
    this.archive = archive;
    this.program = program;
    this.net = net;
  }

  /** Calls a method of a module, which is its first argument. */
  Value method(Value.Part self, String name, List<Value> others, Map<String, Value> named)
      throws FormatException {
    Definition.Type type = program.type(self.module().type());
    Definition.Function method = type.methods().get(name);
    if (method == null) {
      throw new IllegalArgumentException(
          Text.quote(self.module().type()) + " has no method " + Text.quote(name));
    }
    var arguments = new ArrayList<Value>(List.of(self));
    arguments.addAll(others);
    boolean leaf =
        self.module().attributes().values().stream().noneMatch(ScriptModule.class::isInstance);
    Net.Place before = net.enter(new Net.Place(self.path(), leaf));
    Value result = call(method, arguments, named);
    net.enter(before);
    return result;
  }

  private Value call(Definition.Function function, List<Value> arguments, Map<String, Value> named)
      throws FormatException {
    if (++calls > MOST_CALLS) {
      throw new IllegalArgumentException("functions call each other too deep");
    }
    List<Definition.Parameter> parameters = function.parameters();
    if (arguments.size() > parameters.size()) {
      throw new IllegalArgumentException(
          Text.quote(function.name()) + " takes " + parameters.size() + " arguments");
    }
    var frame = new Frame(function.file(), new HashMap<>());
    for (int i = 0; i < parameters.size(); i++) {
      Definition.Parameter parameter = parameters.get(i);
      Value value = i < arguments.size() ? arguments.get(i) : named.get(parameter.name());
      if (value == null) {
        value =
            evaluate(parameter.otherwise().orElseThrow(() -> missing(function, parameter)), frame);
      }
      frame.variables().put(parameter.name(), value);
    }
    Value result = run(function.body(), frame).orElse(new Value.Nothing());
    calls--;
    return result;
  }

  private static IllegalArgumentException missing(
      Definition.Function function, Definition.Parameter parameter) {
    return new IllegalArgumentException(
        Text.quote(function.name()) + " needs argument " + Text.quote(parameter.name()));
  }

  /** Runs statements; what they return, where one does. */
  private Optional<Value> run(List<Statement> statements, Frame frame) throws FormatException {
    for (Statement statement : statements) {
      step();
      Optional<Value> result;
      try {
        result = run(statement, frame);
      } catch (UnknownShapeException e) {
        throw e; // Whoever knows the shape tries again.
      } catch (IllegalArgumentException | ArithmeticException e) {
        throw program.error(frame.file(), statement.line(), Text.message(e), e);
      }
      if (result.isPresent()) {
        return result;
      }
    }
    return Optional.empty();
  }

  private void step() {
    if (++steps > MOST_STEPS) {
      throw new IllegalArgumentException("the program takes more than " + MOST_STEPS + " steps");
    }
  }

  private Optional<Value> run(Statement statement, Frame frame) throws FormatException {
    switch (statement) {
      case Statement.Pass _ -> {}
      case Statement.Evaluate(var value, _) -> evaluate(value, frame);
      case Statement.Assign assign -> assign(assign, frame);
      case Statement.Return(var value, _) -> {
        return Optional.of(value.isPresent() ? evaluate(value.get(), frame) : new Value.Nothing());
      }
      case Statement.If(var condition, var then, var otherwise, _) -> {
        return run(isTrue(condition, frame) ? then : otherwise, frame);
      }
      case Statement.While(var condition, var body, _) -> {
        while (isTrue(condition, frame)) {
          Optional<Value> result = run(body, frame);
          step();
          if (result.isPresent()) {
            return result;
          }
        }
      }
      case Statement.For loop -> {
        return loop(loop, frame);
      }
    }
    return Optional.empty();
  }

  private boolean isTrue(Expression condition, Frame frame) throws FormatException {
    return switch (evaluate(condition, frame)) {
      case Value.Truth(boolean truth) -> truth;
      case Value other ->
          throw new IllegalArgumentException(
              "a condition must be known without the input, found " + other.kind());
    };
  }

  private Optional<Value> loop(Statement.For loop, Frame frame) throws FormatException {
    if (!(loop.range()
            instanceof Expression.Call(Expression.Name(String range, _), var count, _, _))
        || !range.equals("range")
        || count.size() != 1
        || !(evaluate(count.getFirst(), frame) instanceof Value.Whole(long times))) {
      throw new IllegalArgumentException("a loop must be over range(n) with a number n");
    }
    for (long i = 0; i < times; i++) {
      step();
      frame.variables().put(loop.name(), new Value.Whole(i));
      Optional<Value> result = run(loop.body(), frame);
      if (result.isPresent()) {
        return result;
      }
    }
    return Optional.empty();
  }

  private void assign(Statement.Assign assign, Frame frame) throws FormatException {
    Value value = evaluate(assign.value(), frame);
    List<String> names = assign.names();
    if (!assign.unpack()) {
      frame.variables().put(names.getFirst(), value);
      return;
    }
    if (!(value instanceof Value.Items items) || items.items().size() != names.size()) {
      throw new IllegalArgumentException(
          "expected " + names.size() + " values, found " + value.kind());
    }
    for (int i = 0; i < names.size(); i++) {
      frame.variables().put(names.get(i), items.items().get(i));
    }
  }

  private Value evaluate(Expression expression, Frame frame) throws FormatException {
    step();
    return switch (expression) {
      case Expression.Literal(var value, _) -> value;
      case Expression.Name(String name, _) ->
          Optional.ofNullable(frame.variables().get(name))
              .orElseThrow(
                  () -> new IllegalArgumentException("reads " + Text.quote(name) + " unset"));
      case Expression.Items(var items, boolean tuple, _) ->
          new Value.Items(evaluate(items, frame), tuple);
      case Expression.Minus(var of, _) -> Stored.minus(evaluate(of, frame));
      case Expression.Index(var of, var at, _) ->
          Stored.item(evaluate(of, frame), evaluate(at, frame));
      case Expression.Attribute attribute -> attribute(attribute, frame);
      case Expression.Call call -> call(call, frame);
    };
  }

  private List<Value> evaluate(List<Expression> expressions, Frame frame) throws FormatException {
    var values = new ArrayList<Value>();
    for (Expression expression : expressions) {
      values.add(evaluate(expression, frame));
    }
    return values;
  }

  private Value attribute(Expression.Attribute attribute, Frame frame) throws FormatException {
    Optional<String> global = frame.dotted(attribute);
    if (global.isEmpty()) {
      return attribute(evaluate(attribute.of(), frame), attribute.name());
    }
    String name = global.get();
    if (name.startsWith("CONSTANTS.c")) {
      return Stored.constant(archive.constants(), name);
    }
    if (program.find(name).orElse(null) instanceof Definition.Function) {
      return new Value.Routine(name);
    }
    throw new IllegalArgumentException("the program defines no " + Text.quote(name));
  }

  private Value attribute(Value of, String name) throws FormatException {
    if (!(of instanceof Value.Part(ScriptModule module, String path))) {
      throw new IllegalArgumentException("asks for " + Text.quote(name) + " of " + of.kind());
    }
    Object stored = module.attributes().get(name);
    if (stored != null) {
      return Stored.of(stored, path.isEmpty() ? name : path + "." + name);
    }
    Definition.Type type = program.type(module.type());
    Expression constant = type.constants().get(name);
    if (constant == null) {
      throw new IllegalArgumentException(
          Text.quote(module.type()) + " has no attribute " + Text.quote(name));
    }
    return evaluate(constant, new Frame(type.file(), new HashMap<>()));
  }

  private Value call(Expression.Call call, Frame frame) throws FormatException {
    try {
      return callNow(call, frame);
    } catch (UnknownShapeException e) {
      throw e; // Whoever knows the shape tries again.
    } catch (IllegalArgumentException | ArithmeticException e) {
      String name = frame.dotted(call.function()).map(n -> n + ": ").orElse("");
      throw program.error(frame.file(), call.line(), name + Text.message(e), e);
    }
  }

  private Value callNow(Expression.Call call, Frame frame) throws FormatException {
    Optional<String> global = frame.dotted(call.function());
    if (global.isPresent() && Builtin.of(global.get()).isPresent()) {
      return builtin(Builtin.of(global.get()).get(), call, frame);
    }
    List<Value> arguments = evaluate(call.arguments(), frame);
    var named = new LinkedHashMap<String, Value>();
    for (Map.Entry<String, Expression> each : call.named().entrySet()) {
      named.put(each.getKey(), evaluate(each.getValue(), frame));
    }
    if (global.isPresent()) {
      return global(global.get(), arguments, named);
    }
    if (call.function() instanceof Expression.Attribute(var of, String name, _)
        && evaluate(of, frame) instanceof Value.Part self) {
      return method(self, name, arguments, named);
    }
    if (evaluate(call.function(), frame) instanceof Value.Routine(String name)) {
      return global(name, arguments, named);
    }
    throw new IllegalArgumentException("calls what is no function");
  }

  private Value global(String name, List<Value> arguments, Map<String, Value> named)
      throws FormatException {
    if (name.startsWith("torch.")) {
      return Operators.call(net, name.substring("torch.".length()), arguments, named);
    }
    if (name.startsWith("ops.")) {
      return Operators.call(net, name.substring("ops.".length()), arguments, named);
    }
    if (program.find(name).orElse(null) instanceof Definition.Function function) {
      return call(function, arguments, named);
    }
    throw new IllegalArgumentException("is no function that can be followed");
  }

  private Value builtin(Builtin builtin, Expression.Call call, Frame frame) throws FormatException {
    List<Expression> arguments = call.arguments();
    if (arguments.size() < builtin.least()) {
      throw new IllegalArgumentException("needs " + builtin.least() + " arguments");
    }
    // The last one is the value; what comes before it is a type or the like.
    Expression last = arguments.getLast();
    return switch (builtin) {
      case GET_ATTRIBUTE ->
          evaluate(last, frame) instanceof Value.Words(String name)
              ? attribute(evaluate(arguments.getFirst(), frame), name)
              : new Value.Nothing();
      case ANNOTATE, CAST -> evaluate(last, frame);
      case UNSET, FORMAT -> new Value.Nothing();
      case INT -> ScalarOperators.whole(evaluate(last, frame));
      case FLOAT -> new Value.Real(Bound.real("x", evaluate(last, frame)));
      case BOOL -> evaluate(last, frame);
      case RAISE ->
          throw new IllegalArgumentException(
              "the network refuses inputs of this shape: " + message(arguments.getFirst(), frame));
    };
  }

  private String message(Expression text, Frame frame) throws FormatException {
    return text instanceof Expression.Call(_, var parts, _, _) && !parts.isEmpty()
        ? message(parts.getFirst(), frame)
        : evaluate(text, frame) instanceof Value.Words(String words) ? Text.quote(words) : "";
  }
}
