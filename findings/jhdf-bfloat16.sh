#!/usr/bin/env bash
# jHDF 0.11.0 reads bfloat16 numbers of an HDF5 file as if they were IEEE half precision, without an error.
#
# Asked:    getData() of a dataset whose datatype is a 2-byte float with 8 exponent and 7 mantissa bits, bias 127: the
#           layout that HDF5 2.0 predefines as H5T_FLOAT_BFLOAT16LE.
# Expected: 1, -2, 0.5, 96 and 0, as the HDF5 library (h5py) reads; or a refusal.
# Found:    1.875, -2, 1.75, 3.375 and 0: the size of 2 bytes alone decides, the fields of the datatype in the file, which
#           jHDF has read, do not. IEEE half precision in the same file is right.
# Source:   Dataset.getData; https://github.com/HDFGroup/hdf5/pull/5402 for the type; no report found; seen 2026-11 with
#           io.jhdf:jhdf 0.11.0 of Maven Central, h5py 3.16.0 (HDF5 2.0.0).
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet h5py==3.16.0 numpy==2.4.6
venv/bin/python - <<'PY'
import h5py
import numpy as np

values = np.array([1, -2, 0.5, 96, 0], np.float32)
with h5py.File("floats.h5", "w") as file:
    file["half"] = values.astype(np.float16)
    bfloat16 = h5py.h5t.IEEE_F32LE.copy()
    bfloat16.set_fields(15, 7, 8, 0, 7)
    bfloat16.set_size(2)
    bfloat16.set_ebias(127)
    dataset = h5py.h5d.create(file.id, b"bfloat16", bfloat16, h5py.h5s.create_simple(values.shape))
    dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, values)
    print("h5py:", file["bfloat16"][:].tolist(), "in", dataset.get_storage_size(), "bytes")
    assert file["bfloat16"][:].tolist() == values.tolist() and dataset.get_storage_size() == 10, "the finding has changed"
PY
cat > pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion><groupId>f</groupId><artifactId>f</artifactId><version>1</version>
<dependencies><dependency><groupId>io.jhdf</groupId><artifactId>jhdf</artifactId><version>0.11.0</version></dependency></dependencies></project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib
cat > Check.java <<'JAVA'
import io.jhdf.HdfFile;
import java.nio.file.Path;
import java.util.Arrays;

public class Check {
  public static void main(String[] arguments) {
    try (HdfFile file = new HdfFile(Path.of("floats.h5"))) {
      float[] half = (float[]) file.getDatasetByPath("half").getData();
      float[] bfloat16 = (float[]) file.getDatasetByPath("bfloat16").getData();
      System.out.println("jHDF: bfloat16 " + Arrays.toString(bfloat16) + ", half " + Arrays.toString(half));
      if (!Arrays.equals(half, new float[] {1, -2, 0.5f, 96, 0})
          || !Arrays.equals(bfloat16, new float[] {1.875f, -2, 1.75f, 3.375f, 0})) {
        throw new AssertionError("the finding has changed");
      }
    }
  }
}
JAVA
"${JAVA_HOME:+$JAVA_HOME/bin/}java" -cp 'lib/*' Check.java 2> log || { cat log; exit 1; }
