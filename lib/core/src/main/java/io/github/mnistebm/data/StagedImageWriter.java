package io.github.mnistebm.data;

import io.github.mnistebm.io.StagedFile;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;

/** The common part of the formats: images and means are staged in two temporary files, each after a header. */
abstract class StagedImageWriter implements ImageWriter {

    private final long count;
    private final StagedFile images;
    private final StagedFile means;
    private long written;

    StagedImageWriter(
            Path imagesFile, byte[] imagesHeader, Path meansFile, byte[] meansHeader, ByteOrder order, long count)
            throws IOException {
        this.count = count;
        this.images = StagedFile.startingWith(imagesHeader, imagesFile, order);
        try {
            this.means = StagedFile.startingWith(meansHeader, meansFile, order);
        } catch (IOException | RuntimeException e) {
            images.close();
            throw e;
        }
    }

    @Override
    public final void write(byte[] nextImages, float[] nextMeans) throws IOException {
        images.write(nextImages);
        means.write(nextMeans);
        written += nextImages.length / DigitImages.PIXELS;
    }

    @Override
    public final void finish() throws IOException {
        if (written != count) {
            throw new IllegalStateException("expected " + count + " images, found " + written);
        }
        finish(images, means);
    }

    /** Puts what is staged in place. */
    abstract void finish(StagedFile stagedImages, StagedFile stagedMeans) throws IOException;

    @Override
    public final void close() throws IOException {
        try {
            images.close();
        } finally {
            means.close();
        }
    }
}
