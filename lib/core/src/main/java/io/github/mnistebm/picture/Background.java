package io.github.mnistebm.picture;

import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.io.PictureFile;
import java.util.stream.IntStream;

/** The background of a picture, as its border shows it. */
final class Background {

    private static final int BLACK = 0xff000000;
    private static final int WHITE = 0xffffffff;
    private static final int MIDDLE = 128;

    /** The share of the border that must be opaque to show the background. It is one half in a digit with half its pixels hidden. */
    private static final double LEAST_BORDER = 0.25;

    private Background() {}

    /**
     * Returns the colour of most of the border. It is black, as in MNIST, if the border does not show it: in a part of a digit
     * whose other pixels are unknown.
     */
    static int of(PictureFile picture) {
        int[] border = border(picture).toArray();
        int[] opaque = IntStream.of(border).filter(picture::isOpaque).toArray();
        if (opaque.length < LEAST_BORDER * border.length) {
            return BLACK;
        }
        int background = 0;
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            int channel = shift;
            int[] values = IntStream.of(opaque)
                    .map(i -> picture.argb()[i] >> channel & 0xff)
                    .sorted()
                    .toArray();
            background |= values[values.length / 2] << shift;
        }
        return background;
    }

    private static IntStream border(PictureFile picture) {
        int width = picture.width();
        int height = picture.height();
        int wide = Math.max(1, Math.min(width, height) / DigitImages.SIDE);
        return IntStream.range(0, width * height).filter(i -> {
            int x = i % width;
            int y = i / width;
            return Math.min(Math.min(x, width - 1 - x), Math.min(y, height - 1 - y)) < wide;
        });
    }

    /** Returns a picture on its background; on black or white, whichever differs from the ink, if most of the border is transparent. */
    static PictureFile filled(PictureFile picture) {
        boolean bare = border(picture).filter(picture::isOpaque).count() * 2
                < border(picture).count();
        int background = bare ? (isLight(picture) ? BLACK : WHITE) : of(picture);
        int[] argb = picture.argb();
        int[] colours = new int[argb.length];
        for (int i = 0; i < colours.length; i++) {
            int opacity = argb[i] >>> 24;
            colours[i] = 0xff000000;
            for (int shift = 0; shift < Integer.SIZE - Byte.SIZE; shift += Byte.SIZE) {
                int mixed = opacity * (argb[i] >> shift & 0xff) + (255 - opacity) * (background >> shift & 0xff);
                colours[i] |= Math.round(mixed / 255f) << shift;
            }
        }
        return new PictureFile(picture.width(), picture.height(), colours);
    }

    /** Returns whether the opaque pixels are lighter than a middle grey. */
    private static boolean isLight(PictureFile picture) {
        double sum = 0;
        double opacity = 0;
        for (int colour : picture.argb()) {
            sum += (colour >>> 24) * PictureFile.lightness(colour);
            opacity += colour >>> 24;
        }
        return sum > opacity * MIDDLE;
    }
}
