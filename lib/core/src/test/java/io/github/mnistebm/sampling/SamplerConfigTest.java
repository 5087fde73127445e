package io.github.mnistebm.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class SamplerConfigTest {

    @Test
    void countsItsDraws() {
        assertThat(SamplerConfig.builder().steps(100).thinning(30).build().draws())
                .isEqualTo(3);
        assertThat(SamplerConfig.builder().steps(100).build().draws()).isEqualTo(1);
    }

    @Test
    void takesTheLeastOfEachRange() {
        SamplerConfig least =
                SamplerConfig.builder().burnIn(0).steps(1).thinning(1).build();
        assertThat(least).isEqualTo(new SamplerConfig(0, 1, 1, 0.1, 0.574, Adaptation.STEP_SIZE));
        assertThat(SamplerConfig.builder().steps(5).thinning(5).build().draws()).isEqualTo(1);
    }

    @Test
    void namesWhatIsOutOfRange() {
        assertInvalid(SamplerConfig.builder().burnIn(-1), "burn-in: must be at least 0, found -1");
        assertInvalid(SamplerConfig.builder().steps(0), "steps: must be at least 1, found 0");
        assertInvalid(SamplerConfig.builder().steps(5).thinning(6), "thinning: must be in [1, steps = 5], found 6");
        assertInvalid(
                SamplerConfig.builder().stepSize(Double.NaN), "step size: must be positive and finite, found NaN");
        assertInvalid(SamplerConfig.builder().thinning(-1), "thinning: must be in [1, steps = 500], found -1");
        assertInvalid(SamplerConfig.builder().stepSize(0), "step size: must be positive and finite, found 0.0");
        assertInvalid(
                SamplerConfig.builder().stepSize(Double.POSITIVE_INFINITY),
                "step size: must be positive and finite, found Infinity");
        assertInvalid(SamplerConfig.builder().targetAcceptance(0), "target acceptance: must be in (0, 1), found 0.0");
        assertInvalid(SamplerConfig.builder().targetAcceptance(1), "target acceptance: must be in (0, 1), found 1.0");
    }

    private static void assertInvalid(SamplerConfig.Builder builder, String message) {
        assertThatIllegalArgumentException().isThrownBy(builder::build).withMessage(message);
    }
}
