package io.github.mnistebm.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.tensor.RandomSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WhiteningTest {

    private final RandomSource random = RandomSource.of(1);

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private NDArray correlated() {
        NDArray mixing = manager.create(new float[][] {{3, 1}, {0, 0.1f}});
        return random.normal(manager, new Shape(2000, 2)).matMul(mixing).add(manager.create(new float[] {5, -7}));
    }

    @Test
    void givesItsLatentsMeanZeroAndUnitCovariance() {
        NDArray latents = correlated();
        try (Whitening whitening = Whitening.fit(manager, latents)) {
            NDArray whitened = whitening.whiten(latents);
            assertClose(whitened.mean(new int[] {0}).toFloatArray(), 1e-3f, 0, 0);
            assertClose(whitened.transpose().matMul(whitened).div(1999).toFloatArray(), 1e-3f, 1, 0, 0, 1);
        }
    }

    @Test
    void isTheSymmetricRootOfTheInverseCovariance() {
        // Covariance [[5, 4], [4, 5]], whose eigenvalues are 9 along the diagonal and 1 across it.
        float s = (float) Math.sqrt(3);
        NDArray latents = manager.create(new float[][] {
            {1 + 1.5f * s, 2 + 1.5f * s},
            {1 - 1.5f * s, 2 - 1.5f * s},
            {1 + 0.5f * s, 2 - 0.5f * s},
            {1 - 0.5f * s, 2 + 0.5f * s}
        });
        try (Whitening whitening = Whitening.fit(manager, latents)) {
            assertClose(whitening.mean().toFloatArray(), 1e-5f, 1, 2);
            assertClose(whitening.whiteningMatrix().toFloatArray(), 1e-5f, 2 / 3f, -1 / 3f, -1 / 3f, 2 / 3f);
            assertClose(whitening.unwhiteningMatrix().toFloatArray(), 1e-5f, 2, 1, 1, 2);
        }
    }

    @Test
    void goesBackToTheLatents() {
        NDArray latents = correlated();
        try (Whitening whitening = Whitening.fit(manager, latents)) {
            NDArray difference = whitening.unwhiten(whitening.whiten(latents)).sub(latents);
            assertThat(difference.abs().max().getFloat()).isLessThan(1e-3f);
        }
    }

    @Test
    void survivesADirectionWithoutVariance() {
        NDArray latents = random.normal(manager, new Shape(100, 1)).repeat(1, 2);
        try (Whitening whitening = Whitening.fit(manager, latents)) {
            NDArray whitened = whitening.whiten(latents);
            // Along the diagonal by the variance; across it, where nothing varies, by what is hardly more than nothing.
            assertClose(whitened.sum(new int[] {1}).square().mean().toFloatArray(), 0.05f, 2);
            assertThat(whitened.get(":,0").sub(whitened.get(":,1")).abs().max().getFloat())
                    .isLessThan(1e-2f);
        }
    }

    @Test
    void rejectsLatentsThatAreAllTheSame() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Whitening.fit(manager, manager.ones(new Shape(10, 2))))
                .withMessage("whitening: all latents are the same");
    }

    @Test
    void rejectsLatentsThatAreNotFinite() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Whitening.fit(manager, manager.full(new Shape(10, 2), Float.NaN)))
                .withMessage("whitening: the covariance of the latents is not finite");
    }

    private static void assertClose(float[] found, float tolerance, float... expected) {
        assertThat(found).containsExactly(expected, within(tolerance));
    }
}
