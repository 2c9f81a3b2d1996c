package dev.ternary.images;

import java.util.List;

/** Where an object on a plain background comes to lie in the image that a model takes. */
public enum Framing {
  /**
   * As MNIST was made (Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten
   * digits"): "size normalized to fit in a 20x20 pixel box while preserving their aspect ratio
   * [...] centered in a 28x28 image by computing the center of mass of the pixels, and translating
   * the image so as to position this point at the center of the 28x28 field". Images of other sizes
   * in proportion.
   */
  MASS,
  /**
   * As Fashion-MNIST was made (H. Xiao, K. Rasul, R. Vollgraf, arXiv 1708.07747, section 2): its
   * longer side fills the image, the shorter one is in the middle.
   */
  FILL;

  /**
   * What fits classes of these names: {@link #MASS} for single characters and where there are no
   * names, {@link #FILL} for others.
   */
  public static Framing forClasses(List<String> classes) {
    return classes.stream().allMatch(name -> name.codePointCount(0, name.length()) == 1)
        ? MASS
        : FILL;
  }
}
