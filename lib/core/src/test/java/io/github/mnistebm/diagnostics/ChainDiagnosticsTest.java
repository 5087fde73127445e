package io.github.mnistebm.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChainDiagnosticsTest {

    /** Chains of autoregressive processes, made once with NumPy. */
    private static double[][] chains(String set) throws IOException {
        List<double[]> chains = new ArrayList<>();
        try (InputStream in = ChainDiagnosticsTest.class.getResourceAsStream("chains.csv")) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                String[] cells = line.split(",");
                if (cells[0].equals(set)) {
                    chains.add(Arrays.stream(cells[2].split(" "))
                            .mapToDouble(Double::parseDouble)
                            .toArray());
                }
            }
        }
        return chains.toArray(double[][]::new);
    }

    /** Reference values of ArviZ 0.23.4: {@code rhat(x)}, {@code ess(x, method="bulk")}, {@code ess(x, method="tail")}. */
    @ParameterizedTest
    @CsvSource({
        "independent, 0.997962276509, 604.614893574453, 420.456237183442",
        "correlated, 1.093164989419, 32.379323064729, 80.025277970080",
        "disagreeing, 1.261953927447, 12.885970188970, 161.777156108514",
        "ties, 1.017861583896, 140.471770700018, 208.712444758050",
    })
    void agreeWithArviZ(String set, double rHat, double bulk, double tail) throws IOException {
        ChainDiagnostics found = ChainDiagnostics.of(chains(set));
        assertThat(found.rHat()).isCloseTo(rHat, within(1e-6));
        assertThat(found.bulkEffectiveSampleSize()).isCloseTo(bulk, within(1e-6 * bulk));
        assertThat(found.tailEffectiveSampleSize()).isCloseTo(tail, within(1e-6 * tail));
    }

    @Test
    void ofOneChainCompareItsHalves() throws IOException {
        ChainDiagnostics found = ChainDiagnostics.of(chains("single"));
        assertThat(found.bulkEffectiveSampleSize()).isCloseTo(32.767984920809, within(1e-4));
        assertThat(found.tailEffectiveSampleSize()).isCloseTo(44.581010370379, within(1e-4));
        // The expected value comes from the definition, which agrees with ArviZ on the chains above. ArviZ takes no
        // single chain.
        assertThat(found.rHat()).isCloseTo(1.004478346986, within(1e-9));
    }

    /** By the definition, in Python: the sum over lags ends before the last three of them. */
    @Test
    void aShortRisingChainIsWorthThreeDraws() {
        ChainDiagnostics found = ChainDiagnostics.of(new double[][] {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}});
        assertThat(found.bulkEffectiveSampleSize()).isCloseTo(3.4320106961410515, within(1e-9));
    }

    @Test
    void ofDrawsThatAreNotFiniteAreNoNumbers() {
        ChainDiagnostics found = ChainDiagnostics.of(new double[][] {{1, 2, Double.NaN, 3}, {1, 2, 3, 4}});
        assertThat(found).isEqualTo(new ChainDiagnostics(Double.NaN, Double.NaN, Double.NaN));
    }

    @Test
    void chainsThatNeverMoveAreDiagnosedByTheirPlaces() {
        double[] here = {1, 1, 1, 1, 1};
        double[] there = {2, 2, 2, 2, 2};
        // Two halves of two draws each of two chains.
        assertThat(ChainDiagnostics.of(new double[][] {here, here})).isEqualTo(new ChainDiagnostics(1, 8, 8));
        assertThat(ChainDiagnostics.of(new double[][] {here, there}).rHat()).isInfinite();
    }

    @Test
    void needChainsOfTheSameLength() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChainDiagnostics.of(new double[][] {{1, 2, 3, 4}, {1, 2, 3, 4, 5}}))
                .withMessage("draws: expected chains of 4 draws, found one of 5");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChainDiagnostics.of(new double[][] {{1, 2, 3}}))
                .withMessage("draws: expected at least one chain of at least 4 draws, found 1 of 3");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChainDiagnostics.of(new double[0][]))
                .withMessage("draws: expected at least one chain of at least 4 draws, found 0 of 0");
        assertThat(ChainDiagnostics.of(new double[][] {{1, 2, 3, 4}}).rHat()).isFinite();
    }
}
