package io.github.mnistebm.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import io.github.mnistebm.data.Binarization;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.model.AnomalyScores;
import io.github.mnistebm.model.DigitModel;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pictures of digits as people have them, made from the first ten test digits of MNIST. */
class DigitPictureTest {

    private static final int DIGITS = 10;
    private static final int SIDE = DigitImages.SIDE;
    private static final String INVERTED = "read as dark on light: inverted";
    private static final String BACKGROUND = "transparent pixels read as background";

    private static DigitImages test;
    private static DigitModel model;

    @TempDir
    private Path folder;

    @BeforeAll
    static void load() throws IOException {
        test = DigitImages.test(DataFolder.mnist(), Device.cpu());
        model = DigitModel.load(DataFolder.pretrained(), Device.cpu());
    }

    @AfterAll
    static void close() {
        model.close();
        test.close();
    }

    /** Returns the grey values of a test digit, 0 to 255. */
    private static int[] digit(int index) {
        byte[] all = test.grey().toByteArray();
        int[] grey = new int[DigitImages.PIXELS];
        for (int i = 0; i < grey.length; i++) {
            grey[i] = all[index * DigitImages.PIXELS + i] & 0xff;
        }
        return grey;
    }

    private static byte[] white(int[] grey) {
        byte[] white = new byte[grey.length];
        for (int i = 0; i < grey.length; i++) {
            white[i] = (byte) (grey[i] > Binarization.LAST_BLACK ? 1 : 0);
        }
        return white;
    }

    /** Draws a digit in one colour on another. */
    private static BufferedImage coloured(int[] grey, Color ink, Color paper) {
        BufferedImage picture = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < grey.length; i++) {
            float share = grey[i] / 255f;
            picture.setRGB(
                    i % SIDE,
                    i / SIDE,
                    new Color(
                                    mixed(ink.getRed(), paper.getRed(), share),
                                    mixed(ink.getGreen(), paper.getGreen(), share),
                                    mixed(ink.getBlue(), paper.getBlue(), share))
                            .getRGB());
        }
        return picture;
    }

    private static int mixed(int ink, int paper, float share) {
        return Math.round(share * ink + (1 - share) * paper);
    }

    private static BufferedImage ofType(BufferedImage picture, int type) {
        BufferedImage copy = new BufferedImage(picture.getWidth(), picture.getHeight(), type);
        Graphics2D graphics = copy.createGraphics();
        graphics.drawImage(picture, 0, 0, null);
        graphics.dispose();
        return copy;
    }

    /** Draws a digit whose ink is as opaque as the digit is white, without a background. */
    private static BufferedImage onNothing(int[] grey, Color ink) {
        BufferedImage picture = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_ARGB);
        for (int i = 0; i < grey.length; i++) {
            picture.setRGB(i % SIDE, i / SIDE, grey[i] << 24 | ink.getRGB() & 0xffffff);
        }
        return picture;
    }

    /** Draws a digit in dark blue on grey paper under a lamp, with a camera's noise. */
    private static BufferedImage photo(int[] grey, int width, int height, Random random) {
        BufferedImage large = new BufferedImage(200, 200, BufferedImage.TYPE_BYTE_GRAY);
        BufferedImage small = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
        small.getRaster().setSamples(0, 0, SIDE, SIDE, 0, grey);
        Graphics2D graphics = large.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        graphics.drawImage(small, 0, 0, 200, 200, null);
        graphics.dispose();
        int left = random.nextInt(width - 200);
        int top = random.nextInt(height - 200);
        BufferedImage photo = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                boolean inside = x >= left && x < left + 200 && y >= top && y < top + 200;
                float share = inside ? large.getRaster().getSample(x - left, y - top, 0) / 255f : 0;
                double light = 1 - 0.15 * x / width + 0.02 * random.nextGaussian();
                Color paper = shade(new Color(205, 200, 185), light);
                Color ink = shade(new Color(30, 35, 80), light);
                photo.setRGB(
                        x,
                        y,
                        new Color(
                                        mixed(ink.getRed(), paper.getRed(), share),
                                        mixed(ink.getGreen(), paper.getGreen(), share),
                                        mixed(ink.getBlue(), paper.getBlue(), share))
                                .getRGB());
            }
        }
        return photo;
    }

    private static Color shade(Color colour, double light) {
        return new Color(
                part(colour.getRed() * light), part(colour.getGreen() * light), part(colour.getBlue() * light));
    }

    private static int part(double value) {
        return (int) Math.max(0, Math.min(255, Math.round(value)));
    }

    private Path written(BufferedImage picture, String format) throws IOException {
        Path file = folder.resolve("digit." + format);
        assertThat(ImageIO.write(picture, format, file.toFile())).isTrue();
        return file;
    }

    private static int differences(byte[] first, byte[] second) {
        int count = 0;
        for (int i = 0; i < first.length; i++) {
            count += first[i] == second[i] ? 0 : 1;
        }
        return count;
    }

    private static AnomalyScores scores(byte[] pixels) {
        try (NDArray images = DigitImages.array(model.manager(), pixels)) {
            return model.score(images);
        }
    }

    private void assertReadAsMeant(BufferedImage picture, String format, int index, String... notes)
            throws IOException {
        DigitPicture found = DigitPicture.read(written(picture, format));
        assertThat(found.pixels()).isEqualTo(white(digit(index)));
        assertThat(found.known()).containsOnly(1);
        assertThat(found.notes()).containsExactly(notes);
    }

    @Test
    void lightOnDarkIsReadAsItIs() throws IOException {
        for (int i = 0; i < DIGITS; i++) {
            BufferedImage picture = coloured(digit(i), Color.WHITE, Color.BLACK);
            assertReadAsMeant(picture, "png", i);
            assertReadAsMeant(picture, "bmp", i);
            assertReadAsMeant(ofType(picture, BufferedImage.TYPE_INT_ARGB), "png", i);
        }
    }

    @Test
    void greyFilesOfEightAndSixteenBitsAreReadAsTheyAre() throws IOException {
        for (int i = 0; i < DIGITS; i++) {
            BufferedImage eight = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
            eight.getRaster().setSamples(0, 0, SIDE, SIDE, 0, digit(i));
            assertReadAsMeant(eight, "png", i);
            BufferedImage sixteen = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_USHORT_GRAY);
            int[] samples = Arrays.stream(digit(i)).map(grey -> 257 * grey).toArray();
            sixteen.getRaster().setSamples(0, 0, SIDE, SIDE, 0, samples);
            assertReadAsMeant(sixteen, "png", i);
        }
    }

    @Test
    void greyFilesWithOpacityAreReadAsTheyAre() throws IOException {
        BufferedImage picture = ImageTypeSpecifier.createGrayscale(8, DataBuffer.TYPE_BYTE, false, false)
                .createBufferedImage(SIDE, SIDE);
        WritableRaster raster = picture.getRaster();
        int[] opaque = new int[DigitImages.PIXELS];
        Arrays.fill(opaque, 255);
        for (int i = 0; i < DIGITS; i++) {
            raster.setSamples(0, 0, SIDE, SIDE, 0, digit(i));
            raster.setSamples(0, 0, SIDE, SIDE, 1, opaque);
            assertReadAsMeant(picture, "png", i);
        }
    }

    @Test
    void darkOnLightIsInvertedWithANote() throws IOException {
        for (int i = 0; i < DIGITS; i++) {
            assertReadAsMeant(coloured(digit(i), Color.BLACK, Color.WHITE), "png", i, INVERTED);
        }
    }

    @Test
    void coloursAreReadByTheirDifference() throws IOException {
        for (int i = 0; i < DIGITS; i++) {
            assertReadAsMeant(coloured(digit(i), Color.BLUE, Color.BLACK), "png", i);
            assertReadAsMeant(coloured(digit(i), Color.RED, Color.WHITE), "png", i, INVERTED);
            // Both colours have the same lightness.
            Path equal = written(coloured(digit(i), new Color(255, 0, 0), new Color(0, 130, 0)), "png");
            assertThat(differences(DigitPicture.read(equal).pixels(), white(digit(i))))
                    .isLessThan(8);
        }
    }

    @Test
    void aPaletteIsReadByItsColours() throws IOException {
        for (int i = 0; i < DIGITS; i++) {
            BufferedImage picture =
                    ofType(coloured(digit(i), Color.YELLOW, Color.BLUE), BufferedImage.TYPE_BYTE_INDEXED);
            Path file = written(picture, "gif");
            assertThat(differences(DigitPicture.read(file).pixels(), white(digit(i))))
                    .isLessThan(40);
        }
    }

    @Test
    void inkOnATransparentBackgroundMayHaveAnyColour() throws IOException {
        for (int i = 0; i < DIGITS; i++) {
            assertReadAsMeant(onNothing(digit(i), Color.BLACK), "png", i, BACKGROUND, INVERTED);
            assertReadAsMeant(onNothing(digit(i), Color.WHITE), "png", i, BACKGROUND);
        }
    }

    @Test
    void aHoleInAnOpaquePictureIsBackground() throws IOException {
        BufferedImage picture = ofType(coloured(digit(0), Color.BLACK, Color.WHITE), BufferedImage.TYPE_INT_ARGB);
        for (int y = 0; y < 5; y++) {
            picture.setRGB(3, y, 0);
        }
        assertReadAsMeant(picture, "png", 0, BACKGROUND, INVERTED);
    }

    @Test
    void aPhotoScoresAsItsDigit() throws IOException {
        Random random = new Random(1);
        for (int i = 0; i < DIGITS; i++) {
            DigitPicture found = DigitPicture.read(written(photo(digit(i), 300, 300, random), "png"));
            byte[] expected = white(digit(i));
            assertThat(differences(found.pixels(), expected)).isLessThan(DigitImages.PIXELS / 20);
            // The test digits' energies spread over some 60 nats.
            assertThat(scores(found.pixels()).energies()[0])
                    .isCloseTo(scores(expected).energies()[0], within(6.0));
            assertThat(found.notes())
                    .containsExactly("scaled from 300 × 300 pixels and centred, as MNIST's digits are", INVERTED);
        }
    }

    @ParameterizedTest
    @CsvSource({"640, 480, jpg", "233, 1000, png", "2000, 1500, jpg"})
    void aPhotoOfAnotherSizeScoresAsItsDigit(int width, int height, String format) throws IOException {
        Path file = written(photo(digit(2), width, height, new Random(2)), format);
        DigitPicture found = DigitPicture.read(file);
        assertThat(differences(found.pixels(), white(digit(2)))).isLessThan(DigitImages.PIXELS / 20);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void aPhotoIsTurnedAsItsCameraSays(int orientation) throws IOException {
        BufferedImage upright = photo(digit(2), 260, 300, new Random(3));
        // The first row of the file is the top, the bottom, the left or the right of the picture; so is the first
        // column.
        boolean turned = orientation >= 5;
        boolean fromRight = Set.of(2, 3, 6, 7).contains(orientation);
        boolean fromBottom = Set.of(3, 4, 7, 8).contains(orientation);
        BufferedImage stored = new BufferedImage(turned ? 300 : 260, turned ? 260 : 300, BufferedImage.TYPE_INT_RGB);
        for (int row = 0; row < stored.getHeight(); row++) {
            for (int column = 0; column < stored.getWidth(); column++) {
                int x = turned ? row : column;
                int y = turned ? column : row;
                stored.setRGB(column, row, upright.getRGB(fromRight ? 259 - x : x, fromBottom ? 299 - y : y));
            }
        }
        byte[] jpeg = Files.readAllBytes(written(stored, "jpg"));
        ByteBuffer exif = ByteBuffer.allocate(36);
        exif.putShort((short) 0xFFE1).putShort((short) 34).put(new byte[] {'E', 'x', 'i', 'f', 0, 0});
        exif.put(new byte[] {'M', 'M', 0, 42}).putInt(8).putShort((short) 1);
        exif.putShort((short) 0x0112)
                .putShort((short) 3)
                .putInt(1)
                .putShort((short) orientation)
                .putShort((short) 0);
        Path file = Files.write(folder.resolve("turned.jpg"), afterTheStart(jpeg, exif.array()));
        assertThat(differences(DigitPicture.read(file).pixels(), white(digit(2))))
                .isLessThan(DigitImages.PIXELS / 20);
    }

    private static byte[] afterTheStart(byte[] jpeg, byte[] segment) {
        return ByteBuffer.allocate(jpeg.length + segment.length)
                .put(jpeg, 0, 2)
                .put(segment)
                .put(jpeg, 2, jpeg.length - 2)
                .array();
    }

    private static void assertBlank(Path file) {
        assertThatIOException()
                .isThrownBy(() -> DigitPicture.read(file))
                .withMessage(
                        file + ": nothing is drawn: no known pixel differs from the background by more than a quarter"
                                + " of what white differs from black");
    }

    @Test
    void aBlankPictureIsRefused() throws IOException {
        Random random = new Random(4);
        for (int i = 0; i < DIGITS; i++) {
            Color colour = new Color(random.nextInt(1 << 24));
            assertBlank(written(coloured(new int[DigitImages.PIXELS], Color.WHITE, colour), "png"));
            assertBlank(written(photo(new int[DigitImages.PIXELS], 300, 300, random), "jpg"));
        }
        assertBlank(written(new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_ARGB), "png"));
        assertBlank(written(new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB), "png"));
    }

    @Test
    void transparentPixelsAreUnknownToARestorer() throws IOException {
        for (int i = 0; i < DIGITS; i++) {
            for (Color ink : new Color[] {Color.WHITE, Color.BLACK}) {
                Color paper = ink == Color.BLACK ? Color.WHITE : Color.BLACK;
                BufferedImage half = ofType(coloured(digit(i), ink, paper), BufferedImage.TYPE_INT_ARGB);
                for (int pixel = DigitImages.PIXELS / 2; pixel < DigitImages.PIXELS; pixel++) {
                    half.setRGB(pixel % SIDE, pixel / SIDE, 0);
                }
                DigitPicture found = DigitPicture.readKnown(written(half, "png"));
                byte[] expected = white(digit(i));
                Arrays.fill(expected, DigitImages.PIXELS / 2, DigitImages.PIXELS, (byte) 0);
                assertThat(found.pixels()).isEqualTo(expected);
                assertThat(Arrays.copyOf(found.known(), DigitImages.PIXELS / 2)).containsOnly(1);
                assertThat(Arrays.copyOfRange(found.known(), DigitImages.PIXELS / 2, DigitImages.PIXELS))
                        .containsOnly(0);
            }
        }
    }

    @Test
    void whiteStrokesAloneAreKnownInkToARestorer() throws IOException {
        DigitPicture found = DigitPicture.readKnown(written(onNothing(digit(0), Color.WHITE), "png"));
        assertThat(found.known()).isEqualTo(found.pixels());
        assertThat(differences(found.pixels(), white(digit(0)))).isLessThan(3);
    }

    @Test
    void nothingKnownButBackgroundIsRefusedByARestorer() throws IOException {
        Path file = written(onNothing(digit(0), Color.BLACK), "png");
        assertThatIOException()
                .isThrownBy(() -> DigitPicture.readKnown(file))
                .withMessageStartingWith(file + ": nothing is drawn");
    }

    @Test
    void aRestorerTakesNoOtherSize() throws IOException {
        Path file = written(new BufferedImage(30, 28, BufferedImage.TYPE_INT_RGB), "png");
        assertThatIOException()
                .isThrownBy(() -> DigitPicture.readKnown(file))
                .withMessage(file + ": expected 28 × 28 pixels, each known or transparent, found 30 × 28");
    }

    private static void assertRefused(Path file, String message) {
        assertThatIOException()
                .isThrownBy(() -> DigitPicture.read(file))
                .withMessageStartingWith(file + ": " + message);
    }

    @Test
    void aFileThatIsNotAPictureIsRefused() throws IOException {
        String expected = "expected a picture (PNG, JPEG, GIF, BMP or TIFF), found something else";
        assertRefused(Files.writeString(folder.resolve("text.png"), "no picture"), expected);
        assertRefused(Files.createFile(folder.resolve("empty.png")), expected);
        assertRefused(folder, "expected a picture's file, found a folder or a device");
    }

    @Test
    void everyFlippedByteAndEveryCutOfAPngIsNamed() throws IOException {
        Path file = written(coloured(digit(0), Color.WHITE, Color.BLACK), "png");
        byte[] whole = Files.readAllBytes(file);
        for (int i = 8; i < whole.length; i += 7) {
            byte[] damaged = whole.clone();
            damaged[i] ^= 4;
            Files.write(file, damaged);
            assertRefused(file, "a damaged picture");
            Files.write(file, Arrays.copyOf(whole, i));
            assertRefused(file, "a damaged picture");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"jpg", "gif", "bmp"})
    void everyCutOfAnotherPictureIsNamed(String format) throws IOException {
        Path file = written(coloured(digit(0), Color.WHITE, Color.BLACK), format);
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length - 2; length += whole.length / 50 + 1) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatIOException().isThrownBy(() -> DigitPicture.read(file)).withMessageStartingWith(file + ": ");
        }
    }

    @Test
    void aPictureThatClaimsToBeHugeIsRefusedBeforeItIsDecoded() throws IOException {
        Path file = written(new BufferedImage(5000, 10, BufferedImage.TYPE_BYTE_BINARY), "png");
        assertRefused(file, "expected at most 4096 pixels a side, found 5000 × 10");
    }

    @Test
    void anAnimationIsRefused() throws IOException {
        Path file = folder.resolve("animation.gif");
        ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(file.toFile())) {
            writer.setOutput(out);
            writer.prepareWriteSequence(null);
            for (int i = 0; i < 3; i++) {
                BufferedImage frame = coloured(digit(i), Color.WHITE, Color.BLACK);
                writer.writeToSequence(new IIOImage(ofType(frame, BufferedImage.TYPE_BYTE_INDEXED), null, null), null);
            }
            writer.endWriteSequence();
        } finally {
            writer.dispose();
        }
        assertRefused(file, "expected one picture, found 3, such as those of an animation");
    }
}
