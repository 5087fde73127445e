package io.github.mnistebm.sampling;

import io.github.mnistebm.density.EnergyFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnadjustedLangevinTest {

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void samplesTheStandardNormalWithItsKnownBias(boolean inLoops) {
        EnergyFunction target = inLoops ? Target.STANDARD_NORMAL.inLoops() : Target.STANDARD_NORMAL;
        double stepSize = 0.5;
        Draws draws = Draws.from(new UnadjustedLangevin(target), stepSize, 100, 1);
        draws.assertExpectation((x, y) -> x, 0);
        draws.assertExpectation((x, y) -> x * x, 1 / (1 - stepSize / 2));
        draws.assertOtherExpectation((x, y) -> x * x, 1);
    }
}
