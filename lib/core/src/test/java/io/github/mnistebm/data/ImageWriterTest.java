package io.github.mnistebm.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.InEveryLocale;
import io.github.mnistebm.io.IdxFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageWriterTest {

    @TempDir
    Path folder;

    private static byte[] image(int value) {
        byte[] image = new byte[DigitImages.PIXELS];
        Arrays.fill(image, (byte) value);
        return image;
    }

    private static float[] means(float value) {
        float[] means = new float[DigitImages.PIXELS];
        Arrays.fill(means, value);
        return means;
    }

    private Path written(String name) throws IOException {
        Path file = folder.resolve(name);
        try (ImageWriter writer = ImageWriter.open(file, 2)) {
            writer.write(image(1), means(0.75f));
            writer.write(image(0), means(0.25f));
            writer.finish();
        }
        return file;
    }

    @InEveryLocale
    void npzHoldsImagesAndMeans() throws IOException {
        try (NDManager manager = NDManager.newBaseManager();
                InputStream in = Files.newInputStream(written("samples.npz"))) {
            NDList arrays = NDList.decode(manager, in);
            assertThat(arrays.get("images").getDataType()).isEqualTo(DataType.UINT8);
            assertThat(arrays.get("images").getShape()).isEqualTo(new Shape(2, 28, 28));
            assertThat(arrays.get("images").toUint8Array()[783]).isEqualTo(1);
            assertThat(arrays.get("images").toUint8Array()[784]).isZero();
            assertThat(arrays.get("means").getShape()).isEqualTo(new Shape(2, 28, 28));
            assertThat(arrays.get("means").toFloatArray()[784]).isEqualTo(0.25f);
        }
    }

    @InEveryLocale
    void idxHoldsImagesAndASecondFileTheMeans() throws IOException {
        IdxFile images = IdxFile.read(written("samples.idx"), "images");
        assertThat(images.shape()).containsExactly(2, 28, 28);
        assertThat(images.values().get(0)).isEqualTo((byte) 1);
        assertThat(Files.size(folder.resolve("samples.means.idx"))).isEqualTo(16 + 2 * 784 * 4);
    }

    @Test
    void nothingIsLeftOfAFileThatWasNotFinished() throws IOException {
        try (ImageWriter writer = ImageWriter.open(folder.resolve("samples.npz"), 2)) {
            writer.write(image(1), means(1));
        }
        try (Stream<Path> content = Files.list(folder)) {
            assertThat(content).isEmpty();
        }
    }

    @Test
    void aFinishedFileReplacesAnOlderOne() throws IOException {
        Files.writeString(folder.resolve("samples.npz"), "old");
        assertThat(Files.size(written("samples.npz"))).isGreaterThan(3);
        try (Stream<Path> content = Files.list(folder)) {
            assertThat(content).hasSize(1);
        }
    }

    @Test
    void missingImagesAreAnError() throws IOException {
        try (ImageWriter writer = ImageWriter.open(folder.resolve("samples.npz"), 2)) {
            writer.write(image(1), means(1));
            assertThatIllegalStateException().isThrownBy(writer::finish).withMessage("expected 2 images, found 1");
        }
    }

    @Test
    void anUnknownEndingIsAnError() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ImageWriter.open(Path.of("samples.gif"), 1))
                .withMessage("samples.gif: expected a name that ends in .npz or .idx");
    }

    @Test
    void moreImagesThanAnIdxHeaderCountsAreAnError() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ImageWriter.open(folder.resolve("samples.idx"), 3_000_000_000L))
                .withMessageContaining("an IDX file holds at most 2147483647 images");
    }
}
