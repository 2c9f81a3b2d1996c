import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/**
 * Draws digits as a person with a pen would, black on white, for trying {@code ternary run}:
 *
 * <pre>
 * java scripts/DrawDigits.java DIR [--stroke WIDTH] [--slant S] [--font NAME]
 * java scripts/DrawDigits.java docs/images --only 7 --name seven.png
 * </pre>
 */
public final class DrawDigits {

  private static final int SIDE = 120;

  /** Strokes in a field of 100 x 100: M, L, C (cubic) and Q (quadratic), absolute. */
  private static final String[] STROKES = {
    "M 52 12 C 20 10 18 88 48 90 C 84 90 84 14 50 12",
    "M 36 30 L 54 12 L 50 90",
    "M 26 32 C 28 4 78 6 72 36 C 68 56 38 70 24 88 L 78 86",
    "M 28 18 C 60 4 84 34 48 46 C 92 48 80 96 26 84",
    "M 58 12 L 24 58 L 80 56 M 64 36 L 60 92",
    "M 74 14 L 36 14 L 32 46 C 84 34 88 92 28 84",
    "M 66 10 C 30 28 18 86 46 88 C 82 88 78 48 50 52 C 38 54 32 64 34 74",
    "M 22 18 L 78 14 L 44 90",
    "M 66 24 C 56 4 24 16 36 36 C 46 52 78 62 68 82 C 54 98 20 84 36 62 C 46 48 74 40 66 24",
    "M 70 30 C 62 4 24 14 30 38 C 36 58 68 50 70 28 L 64 90"
  };

  private DrawDigits() {}

  /** Writes the pictures. */
  public static void main(String[] args) throws IOException {
    System.setProperty("java.awt.headless", "true");
    float stroke = 8;
    double slant = 0;
    String font = "";
    String only = "";
    String name = "";
    for (int i = 1; i + 1 < args.length; i += 2) {
      switch (args[i]) {
        case "--stroke" -> stroke = Float.parseFloat(args[i + 1]);
        case "--slant" -> slant = Double.parseDouble(args[i + 1]);
        case "--font" -> font = args[i + 1];
        case "--only" -> only = args[i + 1];
        case "--name" -> name = args[i + 1];
        default -> throw new IllegalArgumentException("unknown option " + args[i]);
      }
    }
    Path folder = Files.createDirectories(Path.of(args[0]));
    for (int digit = 0; digit < 10; digit++) {
      if (only.isEmpty() || only.equals(String.valueOf(digit))) {
        String file = name.isEmpty() ? digit + ".png" : name;
        ImageIO.write(draw(digit, stroke, slant, font), "png", folder.resolve(file).toFile());
      }
    }
  }

  private static BufferedImage draw(int digit, float stroke, double slant, String font) {
    var image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = image.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setColor(Color.WHITE);
    g.fillRect(0, 0, SIDE, SIDE);
    g.setColor(Color.BLACK);
    if (font.isEmpty()) {
      g.setStroke(new BasicStroke(stroke, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
      var place = AffineTransform.getTranslateInstance(10 + 50 * slant, 10);
      place.shear(-slant, 0);
      g.draw(place.createTransformedShape(path(STROKES[digit])));
    } else {
      g.setFont(Font.decode(font).deriveFont(90f));
      g.drawString(String.valueOf(digit), 35, 95);
    }
    g.dispose();
    return image;
  }

  private static Shape path(String text) {
    String[] words = text.split(" ");
    double[] n = new double[6];
    var path = new Path2D.Double();
    int i = 0;
    while (i < words.length) {
      char kind = words[i].charAt(0);
      int count = kind == 'C' ? 6 : kind == 'Q' ? 4 : 2;
      for (int k = 0; k < count; k++) {
        n[k] = Double.parseDouble(words[i + 1 + k]);
      }
      switch (kind) {
        case 'M' -> path.moveTo(n[0], n[1]);
        case 'L' -> path.lineTo(n[0], n[1]);
        case 'Q' -> path.quadTo(n[0], n[1], n[2], n[3]);
        default -> path.curveTo(n[0], n[1], n[2], n[3], n[4], n[5]);
      }
      i += 1 + count;
    }
    return path;
  }
}
