package io.github.mnistebm.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OcclusionTest {

    @ParameterizedTest
    @EnumSource
    void hidesHalfThePixelsOfEachImage(Occlusion occlusion) {
        byte[] known = occlusion.known(3, 1);
        for (int image = 0; image < 3; image++) {
            assertThat(IntStream.range(784 * image, 784 * (image + 1))
                            .map(i -> known[i])
                            .sum())
                    .isEqualTo(392);
        }
    }

    @Test
    void namesTheHalfThatItHides() {
        byte[] lower = Occlusion.LOWER_HALF.known(1, 1);
        byte[] right = Occlusion.RIGHT_HALF.known(1, 1);
        int bottomLeft = 27 * 28;
        assertThat(lower[bottomLeft]).isZero();
        assertThat(right[bottomLeft]).isEqualTo((byte) 1);
        assertThat(lower[27]).isEqualTo((byte) 1);
        assertThat(right[27]).isZero();
    }

    @Test
    void hidesOtherPixelsOfEachImageAtRandom() {
        byte[] known = Occlusion.RANDOM_HALF.known(2, 1);
        long same =
                IntStream.range(0, 784).filter(i -> known[i] == known[784 + i]).count();
        // 392 of 784 expected; their standard deviation is 14.
        assertThat(same).isBetween(392L - 63, 392L + 63);
        assertThat(Occlusion.RANDOM_HALF.known(2, 1)).isEqualTo(known);
    }
}
