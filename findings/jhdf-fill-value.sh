#!/usr/bin/env bash
# jHDF 0.11.0 reads 0 where an HDF5 file says -1: the fill value of chunks that were never written is ignored.
#
# Asked:    getData() of a chunked int8 dataset of 4x4 with fill value -1, of which one element was written; a dataset of
#           5 without chunks and with the same fill value, nothing written.
# Expected: 7 where 7 was written and -1 elsewhere, as the HDF5 library (h5py) reads: space that was not allocated has
#           the fill value. jHDF's own getFillValue() gives -1 for both.
# Found:    the chunk that was written is right, the three others are all 0; the dataset without chunks is null. No error.
#           A matrix stored by its few chunks that hold something comes in with other values.
# Source:   Dataset.getData; HDF5 reference manual, H5Pset_fill_value; no report found; seen 2026-11 with io.jhdf:jhdf
#           0.11.0 of Maven Central, h5py 3.16.0 (HDF5 2.0.0).
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet h5py==3.16.0 numpy==2.4.6
venv/bin/python - <<'PY'
import h5py
import numpy as np

with h5py.File("fill.h5", "w") as file:
    chunked = file.create_dataset("chunked", (4, 4), np.int8, chunks=(2, 2), fillvalue=-1)
    chunked[0, 0] = 7
    whole = file.create_dataset("whole", (5,), np.int8, fillvalue=-1)
    print("h5py:", chunked[:].tolist(), whole[:].tolist())
    assert chunked[:].tolist() == [[7, -1, -1, -1]] + [[-1] * 4] * 3 and whole[:].tolist() == [-1] * 5, "the finding has changed"
PY
cat > pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion><groupId>f</groupId><artifactId>f</artifactId><version>1</version>
<dependencies><dependency><groupId>io.jhdf</groupId><artifactId>jhdf</artifactId><version>0.11.0</version></dependency></dependencies></project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib
cat > Check.java <<'JAVA'
import io.jhdf.HdfFile;
import io.jhdf.api.Dataset;
import java.nio.file.Path;
import java.util.Arrays;

public class Check {
  public static void main(String[] arguments) {
    try (HdfFile file = new HdfFile(Path.of("fill.h5"))) {
      Dataset chunked = file.getDatasetByPath("chunked");
      Dataset whole = file.getDatasetByPath("whole");
      String read = Arrays.deepToString((byte[][]) chunked.getData());
      System.out.println("jHDF: " + read + " " + whole.getData() + ", fill values " + chunked.getFillValue() + " " + whole.getFillValue());
      boolean seen = read.equals("[[7, -1, 0, 0], [-1, -1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]") && whole.getData() == null;
      if (!seen || !chunked.getFillValue().equals((byte) -1) || !whole.getFillValue().equals((byte) -1)) {
        throw new AssertionError("the finding has changed");
      }
    }
  }
}
JAVA
"${JAVA_HOME:+$JAVA_HOME/bin/}java" -cp 'lib/*' Check.java 2> log || { cat log; exit 1; }
