package io.github.mnistebm.evaluation.restoration;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OcclusionTest {

    private static byte[] known(Occlusion occlusion, int images) {
        try (NDManager manager = NDManager.newBaseManager()) {
            return occlusion.known(manager, images, 1).toByteArray();
        }
    }

    @ParameterizedTest
    @EnumSource
    void hidesHalfThePixelsOfEachImage(Occlusion occlusion) {
        byte[] known = known(occlusion, 3);
        for (int image = 0; image < 3; image++) {
            assertThat(IntStream.range(784 * image, 784 * (image + 1))
                            .map(i -> known[i])
                            .sum())
                    .isEqualTo(392);
        }
    }

    @Test
    void namesTheHalfThatItHides() {
        byte[] lower = known(Occlusion.LOWER_HALF, 1);
        byte[] right = known(Occlusion.RIGHT_HALF, 1);
        int bottomLeft = 27 * 28;
        assertThat(lower[bottomLeft]).isZero();
        assertThat(right[bottomLeft]).isEqualTo((byte) 1);
        assertThat(lower[27]).isEqualTo((byte) 1);
        assertThat(right[27]).isZero();
    }

    @Test
    void hidesOtherPixelsOfEachImageAtRandom() {
        byte[] known = known(Occlusion.RANDOM_HALF, 2);
        long same =
                IntStream.range(0, 784).filter(i -> known[i] == known[784 + i]).count();
        // 392 of 784 expected; their standard deviation is 14.
        assertThat(same).isBetween(392L - 63, 392L + 63);
        assertThat(known(Occlusion.RANDOM_HALF, 2)).isEqualTo(known);
    }
}
