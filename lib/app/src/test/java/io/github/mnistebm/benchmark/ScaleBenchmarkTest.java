package io.github.mnistebm.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScaleBenchmarkTest {

    /** Two layers of 256 units. */
    private static final double WEIGHTS = 28 * 256 + 256 * 256;

    @Test
    void theProductsOfAStepGoOnceForwardAndOnceBackward() {
        assertThat(Work.scaled(1, 28, 100, 1).multiplications()).isEqualTo(2 * WEIGHTS + 2 * 100 * 28 * 28);
    }

    @Test
    void theProductsGrowByTwoSquaresAComponent() {
        double one = Work.scaled(1, 28, 1, 1).multiplications();
        assertThat(Work.scaled(1, 28, 1001, 1).multiplications() - one).isEqualTo(2.0 * 1000 * 28 * 28);
    }

    @Test
    void aNumberIsWrittenAndRead() {
        assertThat(ScaleBenchmark.numbers(Work.scaled(1, 3, 5, 1))).isEqualTo(2 * (4 * 512 + 2 * 9 + 2 * 5));
    }

    @Test
    void anythingLessThanOneRoundOrTenImagesIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ScaleBenchmark(Path.of("model"), 9, 1, List.of()))
                .withMessage("most images and rounds: expected at least 10 and 1, found 9 and 1");
        assertThatIllegalArgumentException().isThrownBy(() -> new ScaleBenchmark(Path.of("model"), 10, 0, List.of()));
    }

    @ParameterizedTest
    @EnumSource(
            value = ScaleBenchmark.Curve.class,
            names = {"LATENTS", "CHAINS", "COMPONENTS"})
    void aCurveOfChainsVariesOneSizeAndTakesAtLeastAStep(ScaleBenchmark.Curve curve) {
        List<Work> works = ScaleBenchmark.works(curve);
        assertThat(works).hasSize(7).allMatch(work -> work.steps() >= 1);
        Set<List<Integer>> sizes = works.stream()
                .map(work -> List.of(work.dimension(), work.chains(), work.components()))
                .collect(Collectors.toSet());
        assertThat(sizes).hasSize(7);
    }
}
