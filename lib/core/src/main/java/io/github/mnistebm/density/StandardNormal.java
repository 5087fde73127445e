package io.github.mnistebm.density;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.tensor.Lanes;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Tensors;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * The standard normal distribution on R^d. Its energy is normalized: −log q(u) = ‖u‖²/2 + (d/2) log 2π.
 *
 * @param dimension d; positive
 */
public record StandardNormal(int dimension) implements ReferenceMeasure {

    /**
     * Checks the dimension.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public StandardNormal {
        if (dimension < 1) {
            throw new IllegalArgumentException("dimension: must be at least 1, found " + dimension);
        }
    }

    @Override
    public NDArray energy(NDArray states) {
        NDManager manager = states.getManager();
        return states.square()
                .sum(new int[] {1})
                .muli(Tensors.scalar(manager, 0.5))
                .addi(Tensors.scalar(manager, dimension * Math.log(2 * Math.PI) / 2));
    }

    @Override
    public EnergyAndGradient energyAndGradient(NDArray states) {
        return new EnergyAndGradient(energy(states), states);
    }

    @Override
    public NDArray sample(NDManager manager, long count, RandomSource random) {
        return random.normal(manager, new Shape(count, dimension));
    }

    @Override
    public ReferenceMeasure tempered(double temperature) {
        EnergyFunction.requireTemperature(temperature);
        return temperature == 1 ? this : new Tempered(this, temperature);
    }

    @Override
    public Optional<HostReference> onHost() {
        return Optional.of(new HostNormal(dimension, 1));
    }

    /** The normal distribution of covariance T I. */
    private record Tempered(StandardNormal normal, double temperature) implements ReferenceMeasure {

        @Override
        public int dimension() {
            return normal.dimension();
        }

        @Override
        public NDArray energy(NDArray states) {
            NDManager manager = states.getManager();
            return normal.energy(states.div(Tensors.scalar(manager, Math.sqrt(temperature))))
                    .addi(Tensors.scalar(manager, dimension() * Math.log(temperature) / 2));
        }

        @Override
        public EnergyAndGradient energyAndGradient(NDArray states) {
            return new EnergyAndGradient(energy(states), states.div(Tensors.scalar(states.getManager(), temperature)));
        }

        @Override
        public NDArray sample(NDManager manager, long count, RandomSource random) {
            return normal.sample(manager, count, random).muli(Tensors.scalar(manager, Math.sqrt(temperature)));
        }

        @Override
        public ReferenceMeasure tempered(double more) {
            return normal.tempered(temperature * more);
        }

        @Override
        public Optional<HostReference> onHost() {
            return Optional.of(new HostNormal(dimension(), temperature));
        }
    }

    /** The normal distribution in plain loops, with one variance for all coordinates. */
    private record HostNormal(int dimension, double variance) implements HostReference {

        @Override
        public long multiplications() {
            return 2L * dimension;
        }

        @Override
        public Evaluator evaluator(int lanes) {
            return new Evaluator() {
                @Override
                public void energy(int chains, float[][] positions, float[] energies) {
                    float[] squares = new float[lanes];
                    for (float[] coordinate : positions) {
                        Lanes.addProduct(squares, coordinate, coordinate);
                    }
                    Arrays.fill(energies, (float) (dimension * Math.log(2 * Math.PI * variance) / 2));
                    Lanes.addProduct(energies, (float) (0.5 / variance), squares);
                }

                @Override
                public void energyAndGradient(int chains, float[][] positions, float[] energies, float[][] gradients) {
                    energy(chains, positions, energies);
                    for (int i = 0; i < gradients.length; i++) {
                        System.arraycopy(positions[i], 0, gradients[i], 0, lanes);
                        Lanes.scale(gradients[i], (float) (1 / variance));
                    }
                }
            };
        }

        @Override
        public void sample(int chains, SplittableRandom random, float[][] positions) {
            double deviation = Math.sqrt(variance);
            for (float[] coordinate : positions) {
                for (int lane = 0; lane < chains; lane++) {
                    coordinate[lane] = (float) (deviation * random.nextGaussian());
                }
            }
        }
    }
}
