package io.github.mnistebm.plot;

import io.github.mnistebm.io.StagedFile;
import java.awt.image.RenderedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Writes pictures as PNG files. */
public final class PngFile {

    private PngFile() {}

    /**
     * Writes a picture.
     *
     * @param file the file to write; its folder must be there
     * @param picture the picture
     * @throws IOException if it cannot be written; a file that was there before is then still there
     */
    public static void write(Path file, RenderedImage picture) throws IOException {
        StagedFile.write(file, out -> {
            try (ImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
                ImageIO.write(picture, "png", stream);
            }
        });
    }
}
