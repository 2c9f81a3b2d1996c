package dev.ternary.report;

import dev.ternary.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import javax.imageio.ImageIO;

/**
 * One grey image with a caption.
 *
 * @param pixels U8 {@code [height, width]}
 * @param caption below the image
 */
public record ImageTile(Tensor pixels, String caption) {

  String figure() {
    return "<figure><img alt=\""
        + Html.escape(caption)
        + "\" src=\"data:image/png;base64,"
        + Base64.getEncoder().encodeToString(png())
        + "\"><figcaption>"
        + Html.escape(caption)
        + "</figcaption></figure>";
  }

  private byte[] png() {
    int height = Math.toIntExact(pixels.shape().dim(0));
    int width = Math.toIntExact(pixels.shape().dim(1));
    var image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < width * height; i++) {
      image.getRaster().setSample(i % width, i / width, 0, (int) pixels.getLong(i));
    }
    var bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // A stream into memory does not fail.
    }
    return bytes.toByteArray();
  }
}
