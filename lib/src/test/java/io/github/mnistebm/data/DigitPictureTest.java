package io.github.mnistebm.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DigitPictureTest {

    @TempDir
    private Path folder;

    private Path written(BufferedImage picture) throws IOException {
        Path file = folder.resolve("digit.png");
        ImageIO.write(picture, "png", file.toFile());
        return file;
    }

    @Test
    void whatIsLightIsWhiteAndWhatIsTransparentUnknown() throws IOException {
        BufferedImage picture = new BufferedImage(28, 28, BufferedImage.TYPE_INT_ARGB);
        picture.setRGB(1, 0, 0xff000000);
        picture.setRGB(2, 0, 0xff808080);
        picture.setRGB(0, 1, 0xffffffff);
        picture.setRGB(1, 1, 0x40ffffff);
        DigitPicture digit = DigitPicture.read(written(picture));
        assertThat(digit.known()).startsWith(0, 1, 1, 0);
        assertThat(digit.pixels()).startsWith(0, 0, 1, 0);
        assertThat(digit.known()[28]).isEqualTo((byte) 1);
        assertThat(digit.pixels()[28]).isEqualTo((byte) 1);
        assertThat(digit.known()[29]).isZero();
    }

    @Test
    void anotherSizeIsAnError() throws IOException {
        Path file = written(new BufferedImage(30, 28, BufferedImage.TYPE_INT_RGB));
        assertThatIOException()
                .isThrownBy(() -> DigitPicture.read(file))
                .withMessage(file + ": expected 28 × 28 pixels, found 30 × 28");
    }

    @Test
    void whatIsNoPictureIsAnError() throws IOException {
        Path file = Files.writeString(folder.resolve("text.png"), "no picture");
        assertThatIOException()
                .isThrownBy(() -> DigitPicture.read(file))
                .withMessage(file + ": expected a picture (PNG, GIF or BMP), found something else");
    }
}
