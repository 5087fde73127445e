package io.github.mnistebm.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.tensor.RandomSource;
import org.junit.jupiter.api.Test;

class NearCopiesTest {

    private final RandomSource random = RandomSource.of(1);

    @Test
    void countsThePixelsThatTellAnImageFromTheNearest() {
        try (NDManager manager = NDManager.newBaseManager()) {
            // More than are compared at once.
            NDArray train = random.uniform(manager, 0, 1, new Shape(16_000, 784))
                    .gt(0.5)
                    .toType(DataType.UINT8, false);
            byte[] first = train.get(3).toByteArray();
            byte[] second = train.get(15_999).toByteArray();
            flip(first, 5);
            flip(second, 8);
            NDArray images = manager.create(new Shape(2, 784), DataType.UINT8);
            images.set(concat(first, second));
            assertThat(NearCopies.nearest(images, train).toFloatArray()).containsExactly(5, 8);
            // 1 % of 784 pixels are 7.84.
            assertThat(NearCopies.share(images, train)).isEqualTo(0.5);
        }
    }

    private static void flip(byte[] image, int pixels) {
        for (int i = 0; i < pixels; i++) {
            image[100 * i] = (byte) (1 - image[100 * i]);
        }
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = new byte[first.length + second.length];
        System.arraycopy(first, 0, both, 0, first.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
