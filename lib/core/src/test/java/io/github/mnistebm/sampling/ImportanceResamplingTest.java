package io.github.mnistebm.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.density.StandardNormal;
import io.github.mnistebm.density.TiltedEnergy;
import io.github.mnistebm.diagnostics.ParetoShape;
import io.github.mnistebm.tensor.RandomSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A standard normal q in two dimensions and f(u) = ‖u − y‖² / 2s²: the target is normal of the mean y / (1 + s²), variance s² / (1 + s²). */
class ImportanceResamplingTest {

    private static final int POOL = 50_000;
    private static final int COUNT = 20_000;

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

    private static TiltedEnergy measured(double y, double s) {
        EnergyFunction tilt = EnergyFunction.of(2, (state, gradient) -> {
            double energy = 0;
            for (int i = 0; i < 2; i++) {
                gradient[i] = (state[i] - y) / (s * s);
                energy += (state[i] - y) * (state[i] - y) / (2 * s * s);
            }
            return energy;
        });
        return new TiltedEnergy(tilt, new StandardNormal(2));
    }

    @Test
    void statesAreDistributedAsTheTarget() {
        ImportanceResampling.Draws draws = new ImportanceResampling(POOL).draw(manager, measured(1, 1), COUNT, random);
        NDArray positions = draws.positions();
        assertThat(positions.getShape().getShape()).containsExactly(COUNT, 2);
        // The pool's weights and the choice of states each contribute an error.
        double error = 4 * Math.sqrt(0.5) * Math.sqrt(1 / draws.effectiveSampleSize() + 1.0 / COUNT);
        assertThat((double) positions.mean().getFloat()).isCloseTo(0.5, within(error));
        NDArray deviations = positions.sub(positions.mean(new int[] {0}));
        assertThat((double) deviations.square().mean().getFloat()).isCloseTo(0.5, within(error));
        // The mistaken versions: states of the reference measure, and states that the weights repel.
        assertThat(error).isLessThan(0.1);
    }

    /** For y = 0, E[w]² / E[w²] is (1 + 2/s²) / (1 + 1/s²)² a pair of coordinates. */
    @Test
    void theWorthOfThePoolIsItsEffectiveSampleSize() {
        for (double s : new double[] {2, 1, 0.5}) {
            double precision = 1 / (s * s);
            double share = (1 + 2 * precision) / ((1 + precision) * (1 + precision));
            double found = new ImportanceResampling(POOL)
                    .draw(manager, measured(0, s), 1, random)
                    .effectiveSampleSize();
            assertThat(found / POOL).isCloseTo(share, within(0.02));
        }
    }

    /**
     * A tilt of ln 9 on one half of the plane gives weights of 1 and 1/9: a chain in the first half, where nine tenths of the target are, leaves its
     * state by a jump with probability (1 + 1/9) / 2, one in the other half always.
     */
    @Test
    void jumpsPartChainsAsTheirAcceptanceSays() {
        TiltedEnergy halves = new TiltedEnergy(
                EnergyFunction.of(2, (state, gradient) -> state[0] > 0 ? 0 : Math.log(9)), new StandardNormal(2));
        double stays = 1 - (1 + 1.0 / 9) / 2;
        int expected = (int) Math.ceil(Math.log(ImportanceResampling.STILL_AT_START / 0.9) / Math.log(stays));
        assertThat(new ImportanceResampling(POOL)
                        .draw(manager, halves, 1, random)
                        .partingJumps())
                .isEqualTo(expected);
        // Even weights need one jump.
        assertThat(new ImportanceResampling(POOL)
                        .draw(manager, measured(0, 1e6), 1, random)
                        .partingJumps())
                .isEqualTo(1);
    }

    @Test
    void theTailSaysWhereWeightsAreTooUneven() {
        ImportanceResampling sampler = new ImportanceResampling(POOL);
        assertThat(sampler.draw(manager, measured(1, 1), 1, random).paretoShape())
                .isLessThan(ParetoShape.RELIABLE);
        // f falls with the square of u, so that the target is much wider than the reference measure.
        TiltedEnergy wider = new TiltedEnergy(
                EnergyFunction.of(2, (state, gradient) -> {
                    double energy = 0;
                    for (int i = 0; i < 2; i++) {
                        gradient[i] = -0.9 * state[i];
                        energy -= 0.45 * state[i] * state[i];
                    }
                    return energy;
                }),
                new StandardNormal(2));
        assertThat(sampler.draw(manager, wider, 1, random).paretoShape()).isGreaterThan(ParetoShape.RELIABLE);
    }

    @Test
    void aPoolHasTwoStatesAtLeast() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ImportanceResampling(1))
                .withMessage("pool: must be at least 2, found 1");
    }
}
