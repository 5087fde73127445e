package io.github.mnistebm.picture;

import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.io.PictureFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A digit from a picture file, such as a drawing program's or a camera's. Ink may have any colour, on a background of any other colour.
 * A pixel becomes white if it differs from the background more than half as much as the pixel that differs most.
 *
 * @param pixels 0 and 1, row by row
 * @param known 1 where a pixel is known, 0 elsewhere
 * @param notes the notes for the user on how the picture was read; empty if it was read as white on black, pixel by pixel
 */
public record DigitPicture(byte[] pixels, byte[] known, List<String> notes) {

    /**
     * Reads a whole digit. Transparent pixels are background. A picture of another size than 28 × 28 is scaled and centred as MNIST's
     * digits are.
     *
     * @param file a PNG, JPEG, GIF, BMP or TIFF file
     * @return the digit; all its pixels are known
     * @throws IOException if the file cannot be read, is not a picture, or is blank; the message names the file
     */
    public static DigitPicture read(Path file) throws IOException {
        PictureFile picture = PictureFile.read(file);
        List<String> notes = new ArrayList<>();
        if (picture.isTransparent()) {
            notes.add("transparent pixels read as background");
        }
        byte[] known = new byte[DigitImages.PIXELS];
        Arrays.fill(known, (byte) 1);
        Ink ink = Ink.of(Background.filled(picture));
        if (isDigitSized(picture)) {
            return of(file, ink, known, notes);
        }
        notes.add("scaled from " + picture.width() + " × " + picture.height()
                + " pixels and centred, as MNIST's digits are");
        Ink reduced = ink.reduced();
        requireInk(file, reduced);
        return of(file, reduced.asDigit(), known, notes);
    }

    /**
     * Reads a digit of which some pixels are unknown: those that are more transparent than opaque.
     *
     * @param file a PNG, JPEG, GIF, BMP or TIFF file of 28 × 28 pixels
     * @return the digit; its unknown pixels are 0
     * @throws IOException if the file cannot be read, is not a picture, has another size, or has no ink among its known
     *     pixels; the message names the file
     */
    public static DigitPicture readKnown(Path file) throws IOException {
        PictureFile picture = PictureFile.read(file);
        if (!isDigitSized(picture)) {
            throw new IOException(file + ": expected 28 × 28 pixels, each known or transparent, found "
                    + picture.width() + " × " + picture.height());
        }
        byte[] known = new byte[DigitImages.PIXELS];
        for (int i = 0; i < known.length; i++) {
            known[i] = (byte) (picture.isOpaque(i) ? 1 : 0);
        }
        return of(file, Ink.of(picture), known, new ArrayList<>());
    }

    private static boolean isDigitSized(PictureFile picture) {
        return picture.width() == DigitImages.SIDE && picture.height() == DigitImages.SIDE;
    }

    private static DigitPicture of(Path file, Ink ink, byte[] known, List<String> notes) throws IOException {
        requireInk(file, ink);
        if (ink.inverted()) {
            notes.add("read as dark on light: inverted");
        }
        return new DigitPicture(ink.white(), known, List.copyOf(notes));
    }

    private static void requireInk(Path file, Ink ink) throws IOException {
        if (ink.isBlank()) {
            throw new IOException(file + ": nothing is drawn: no known pixel differs from the background by more than a"
                    + " quarter of what white differs from black");
        }
    }
}
