package io.github.mnistebm.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.mnistebm.data.DataSet;
import io.github.mnistebm.data.MnistFile;
import io.github.mnistebm.diagnostics.ChainDiagnostics;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

class DigitChainsTest {

    private static final DataSet DIGITS = new DataSet(
            DataSet.MNIST,
            List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"),
            Map.of(MnistFile.TRAIN_IMAGES.fileName(), MnistFile.TRAIN_IMAGES.sha256()));

    private static DigitChains chains(int[][] digits, int thinning) {
        Table energy = Table.create(
                "diagnostics",
                StringColumn.create("quantity", "energy"),
                DoubleColumn.create("mean", 1.0),
                DoubleColumn.create("R-hat", 1.0),
                DoubleColumn.create("bulk effective sample size", 100.0),
                DoubleColumn.create("tail effective sample size", 100.0));
        return new DigitChains(digits, DIGITS, thinning, energy);
    }

    /** Chains whose every draw is any digit. */
    private static int[][] mixing() {
        Random random = new Random(1);
        int[][] digits = new int[4][2000];
        for (int[] chain : digits) {
            for (int draw = 0; draw < chain.length; draw++) {
                chain[draw] = random.nextInt(10);
            }
        }
        return digits;
    }

    @Test
    void countsTheWaysFromDigitToDigit() {
        Table transitions = chains(new int[][] {{3, 3, 5, 3}, {3, 5, 5, 5}}, 10).transitions();
        assertThat(transitions.doubleColumn("to 5").get(3)).isCloseTo(2.0 / 3, within(1e-12));
        assertThat(transitions.doubleColumn("to 3").get(3)).isCloseTo(1.0 / 3, within(1e-12));
        assertThat(transitions.doubleColumn("to 3").get(5)).isCloseTo(1.0 / 3, within(1e-12));
        assertThat(transitions.doubleColumn("to 0").isMissing(0)).isTrue();
    }

    @Test
    void measuresTheWayBackToADigit() {
        // 3 … 3 takes three draws, 5 … 5 two.
        assertThat(chains(new int[][] {{3, 3, 5, 3, 5}}, 10).roundTripSteps()).isEqualTo(25);
        assertThat(chains(new int[][] {{3, 3, 3, 3, 3}}, 10).roundTripSteps()).isNaN();
    }

    /** A chain that stays has no round trip, which their mean would not see. */
    @Test
    void crossingsCountAllChains() {
        assertThat(chains(new int[][] {{3, 3, 5, 3, 5}, {3, 3, 3, 3, 3}}, 10).crossingsPerThousandSteps())
                .isEqualTo(1000.0 * 3 / 80);
        assertThat(chains(new int[][] {{3}}, 10).crossingsPerThousandSteps()).isNaN();
    }

    @Test
    void ofChainsThatMixSaysThatTheyHaveConverged() {
        DigitChains mixing = chains(mixing(), 1);
        Table diagnostics = mixing.diagnostics();
        assertThat(diagnostics.rowCount()).isEqualTo(11);
        assertThat(diagnostics.stringColumn(0).get(10)).isEqualTo("shows a 9");
        assertThat(diagnostics.doubleColumn("mean").get(10)).isCloseTo(0.1, within(4.5 * Math.sqrt(0.09 / 8000)));
        assertThat(diagnostics.doubleColumn("R-hat").get(10)).isLessThan(ChainDiagnostics.CONVERGED);
        assertThat(mixing.verdict()).startsWith("Converged: R-hat is at most 1.01");
    }

    @Test
    void ofAChainThatStaysAtADigitSaysSo() {
        int[][] digits = mixing();
        Arrays.fill(digits[2], 7);
        assertThat(chains(digits, 1).verdict())
                .startsWith("Not converged: R-hat of \"shows a 7\" is ")
                .endsWith("more than 1.01. Run the chains longer.");
    }
}
