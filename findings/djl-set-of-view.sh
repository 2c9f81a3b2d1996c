#!/usr/bin/env bash
# DJL 0.36.0 with PyTorch loses what is set into a part of an array, while what is added to the same part arrives.
#
# Asked:    a part of an array, taken with get, reshape or transpose, is given values: by set(float[]), as the target of
#           copyTo, by set(NDIndex, number), and by addi.
# Expected: one rule: either the part shares its numbers with the array, as in PyTorch, and all four change the array; or
#           it is a copy and none does.
# Found:    addi and set(NDIndex, number) change the array; set(float[]) and copyTo do not, without an error: the part then
#           has numbers of its own. Filling a weight matrix row by row with get(i).set(row) leaves it all zero.
#           array.set(new NDIndex(i), row) fills it.
# Source:   ai.djl.ndarray.NDArray: get, set, copyTo ("deep-copies"); no report found; seen 2026-11 with
#           ai.djl.pytorch:pytorch-engine 0.36.0, PyTorch 2.7.1, of Maven Central, on Linux x86-64.
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
cat > pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion><groupId>f</groupId><artifactId>f</artifactId><version>1</version>
<dependencies>
<dependency><groupId>ai.djl.pytorch</groupId><artifactId>pytorch-engine</artifactId><version>0.36.0</version></dependency>
<dependency><groupId>ai.djl.pytorch</groupId><artifactId>pytorch-jni</artifactId><version>2.7.1-0.36.0</version></dependency>
<dependency><groupId>ai.djl.pytorch</groupId><artifactId>pytorch-native-cpu</artifactId><version>2.7.1</version>
<classifier>linux-x86_64</classifier></dependency>
</dependencies></project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib
cat > Check.java <<'JAVA'
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

public class Check {
  public static void main(String[] arguments) {
    Map<String, UnaryOperator<NDArray>> parts = new TreeMap<>();
    parts.put("get(1)", a -> a.get(new NDIndex("1")));
    parts.put("get(:, 1)", a -> a.get(new NDIndex(":, 1")));
    parts.put("reshape(3, 2)", a -> a.reshape(3, 2));
    parts.put("transpose()", NDArray::transpose);
    Map<String, Consumer<NDArray>> writers = new TreeMap<>();
    writers.put("addi(5)", part -> part.addi(5));
    writers.put("set(NDIndex, 5)", part -> part.set(new NDIndex(":"), 5));
    writers.put("set(float[])", part -> part.set(fives(part)));
    writers.put("copyTo(part)", part -> part.getManager().full(part.getShape(), 5f).copyTo(part));
    try (NDManager manager = NDManager.newBaseManager()) {
      parts.forEach((partName, partOf) -> writers.forEach((writerName, writer) -> {
        NDArray array = manager.zeros(new Shape(2, 3));
        NDArray part = partOf.apply(array);
        writer.accept(part);
        String result = Arrays.toString(array.toFloatArray());
        System.out.println(partName + " " + writerName + ": array " + result);
        boolean arrives = writerName.startsWith("addi") || writerName.startsWith("set(NDIndex");
        check(Arrays.equals(part.toFloatArray(), fives(part)));
        check(arrives == (array.sum().getFloat() == 5f * part.size()) && (arrives || array.sum().getFloat() == 0));
      }));
      NDArray array = manager.zeros(new Shape(2, 3));
      array.set(new NDIndex(1), manager.create(new float[] {1, 2, 3}));
      check(Arrays.equals(array.toFloatArray(), new float[] {0, 0, 0, 1, 2, 3}));
    }
  }

  private static float[] fives(NDArray part) {
    float[] values = new float[(int) part.size()];
    Arrays.fill(values, 5);
    return values;
  }

  private static void check(boolean seen) {
    if (!seen) {
      throw new AssertionError("the finding has changed");
    }
  }
}
JAVA
DJL_CACHE_DIR="$work/cache" "${JAVA_HOME:+$JAVA_HOME/bin/}java" -Dai.djl.offline=true -cp 'lib/*' Check.java 2> log || { cat log; exit 1; }
