package org.example;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.Test;

class XorTest {

  @Test
  void isOneWhereOneOfBothIs() throws Exception {
    float[] results = Xor.predict(new float[] {0, 0, 0, 1, 1, 0, 1, 1});
    assertArrayEquals(new float[] {0, 1, 1, 0}, results);
  }
}
