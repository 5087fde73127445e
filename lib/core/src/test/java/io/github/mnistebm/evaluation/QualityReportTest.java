package io.github.mnistebm.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QualityReportTest {

    private static Map<String, SampleQuality> measured(double frechetDistance) {
        return Map.of(
                "samples",
                new SampleQuality(
                        100,
                        0.9,
                        0.95,
                        Map.of("digit 0", 1.0),
                        frechetDistance,
                        new PrecisionRecall(0.9, 0.8, 1, 0.7)));
    }

    @Test
    void givesTheMedianAndTheDeviationOverSeeds() {
        QualityReport report = new QualityReport(List.of(1, 2, 3), List.of(measured(1), measured(4), measured(2)));
        QualityReport.Spread spread = report.spreads().get("samples").get(SampleQuality.FRECHET_DISTANCE);
        assertThat(spread.median()).isEqualTo(2);
        assertThat(spread.standardDeviation()).isCloseTo(Math.sqrt(7.0 / 3), within(1e-12));
        assertThat(spread.values()).containsExactly(1.0, 4.0, 2.0);
        assertThat(report.table().stringColumn("samples").asList()).contains("2.000 ± 1.528");
    }

    @Test
    void ofOneSeedGivesNoError() {
        QualityReport report = new QualityReport(List.of(1), List.of(measured(1)));
        assertThat(report.table().stringColumn("samples").asList()).contains("1.000");
    }

    @Test
    void asksForMeasurementsOfEachSeed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new QualityReport(List.of(1, 2), List.of(measured(1))))
                .withMessage("report: expected measurements for each of at least one seed, found 1 for 2");
    }
}
