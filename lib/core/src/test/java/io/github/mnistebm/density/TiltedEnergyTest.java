package io.github.mnistebm.density;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TiltedEnergyTest {

    private NDManager manager;
    private GaussianMixture reference;
    private TiltedEnergy energy;

    /** The tilt (x² + y²)/2 + log 2π of a normal distribution about (1, 0) with the variances 4 and 1/4. */
    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        reference = GaussianMixture.of(
                manager, new double[] {1}, new double[][] {{1, 0}}, new double[][] {{4, 0, 0, 0.25}});
        energy = new TiltedEnergy(new StandardNormal(2), reference);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void isTheSumOfTheTiltAndTheReferenceMeasures() {
        NDArray state = manager.create(new float[][] {{3, 1}});
        double expected = 2 * Math.log(2 * Math.PI) + 5 + 2.5;
        assertThat((double) energy.energy(state).getFloat(0)).isCloseTo(expected, within(1e-5));
        EnergyAndGradient found = energy.energyAndGradient(state);
        assertThat((double) found.energy().getFloat(0)).isCloseTo(expected, within(1e-5));
        assertThat(found.gradient().toFloatArray()).containsExactly(new float[] {3 + 0.5f, 1 + 4}, within(1e-5f));
    }

    @Test
    void isThatSumInLoopsToo() {
        HostEnergy host = energy.onHost().orElseThrow();
        assertThat(host.dimension()).isEqualTo(2);
        assertThat(host.multiplications())
                .isEqualTo(new StandardNormal(2).onHost().orElseThrow().multiplications()
                        + reference.onHost().orElseThrow().multiplications());
        float[] energies = new float[1];
        float[][] gradients = new float[2][1];
        host.evaluator(1).energyAndGradient(1, new float[][] {{3}, {1}}, energies, gradients);
        double expected = 2 * Math.log(2 * Math.PI) + 5 + 2.5;
        assertThat((double) energies[0]).isCloseTo(expected, within(1e-5));
        assertThat(gradients[0][0]).isCloseTo(3.5f, within(1e-5f));
        assertThat(gradients[1][0]).isCloseTo(5, within(1e-5f));
        host.evaluator(1).energy(1, new float[][] {{3}, {1}}, energies);
        assertThat((double) energies[0]).isCloseTo(expected, within(1e-5));
    }

    @Test
    void overAnotherMeasureItIsTheSameEnergyWithAnotherTilt() {
        NDArray state = manager.create(new float[][] {{3, 1}});
        StandardNormal other = new StandardNormal(2);
        TiltedEnergy over = energy.over(other);
        double expected = 2 * Math.log(2 * Math.PI) + 5 + 2.5;
        assertThat((double) over.energy(state).getFloat(0)).isCloseTo(expected, within(1e-5));
        assertThat((double) over.tilt().energy(state).getFloat(0))
                .isCloseTo(expected - Math.log(2 * Math.PI) - 5, within(1e-5));
        assertThat(over.energyAndGradient(state).gradient().toFloatArray())
                .containsExactly(new float[] {3.5f, 5}, within(1e-5f));
        assertThat(energy.over(reference)).isSameAs(energy);
        float[] energies = new float[1];
        over.tilt().onHost().orElseThrow().evaluator(1).energy(1, new float[][] {{3}, {1}}, energies);
        assertThat((double) energies[0]).isCloseTo(expected - Math.log(2 * Math.PI) - 5, within(1e-5));
    }

    @Test
    void bothAreOfOneDimension() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TiltedEnergy(new StandardNormal(3), reference))
                .withMessageContaining("2")
                .withMessageContaining("3");
    }
}
