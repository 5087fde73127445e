package io.github.mnistebm.sampling;

import org.junit.jupiter.api.Test;

class UnadjustedLangevinTest {

    @Test
    void samplesTheStandardNormalWithItsKnownBias() {
        double stepSize = 0.5;
        Draws draws = Draws.from(new UnadjustedLangevin(Target.STANDARD_NORMAL), stepSize, 100, 1);
        draws.assertExpectation((x, y) -> x, 0);
        draws.assertExpectation((x, y) -> x * x, 1 / (1 - stepSize / 2));
        draws.assertOtherExpectation((x, y) -> x * x, 1);
    }
}
