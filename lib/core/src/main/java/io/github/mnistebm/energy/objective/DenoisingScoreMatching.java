package io.github.mnistebm.energy.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.github.mnistebm.density.TiltedEnergy;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Tensors;
import io.github.mnistebm.training.TrainingHistory;

/**
 * Denoising score matching (Vincent 2011, "A connection between score matching and denoising autoencoders"). Data x are moved to x̃ = x + s ξ; the
 * loss is s² times the paper's, the mean of
 *
 * <pre>½ |s ∇E(x̃) − ξ|²,</pre>
 *
 * whose optimum is the energy of the data with that noise. With the residual r = s ∇E(x̃) − ξ, its derivative by the
 * parameters θ is s r · ∇(∂f/∂θ)(x̃). The derivative along r is taken by a central difference of ∂f/∂θ (Pang et al. 2020, "Efficient
 * learning of generative models via finite-difference score matching"), so that it needs first derivatives only, of any energy.
 *
 * @param scale s, the standard deviation of the noise; positive
 */
public record DenoisingScoreMatching(double scale) implements EnergyLoss {

    /** The distance of a state of the central difference, in units of s. */
    private static final double DISTANCE = 0.1;

    /**
     * Checks the value.
     *
     * @throws IllegalArgumentException if it is not positive and finite
     */
    public DenoisingScoreMatching {
        requireScale(scale);
    }

    static void requireScale(double scale) {
        if (!(scale > 0) || Double.isInfinite(scale)) {
            throw new IllegalArgumentException("perturbation: must be positive and finite, found " + scale);
        }
    }

    @Override
    public LossEstimator begin(
            NDManager manager, TiltedEnergy energy, int batchSize, TrainingHistory before, RandomSource random) {
        return (data, source) -> new Perturbed(energy, data, source);
    }

    private final class Perturbed implements LossEstimator.Batch {
        private final NDArray states;
        private final NDArray coefficients;
        private final NDArray measures;

        Perturbed(TiltedEnergy energy, NDArray data, RandomSource random) {
            NDManager manager = data.getManager();
            NDArray standardDeviation = Tensors.scalar(manager, scale);
            NDArray noise = random.normal(manager, data.getShape());
            NDArray moved = noise.mul(standardDeviation).addi(data);
            NDArray ofReference = energy.reference()
                    .energyAndGradient(moved)
                    .gradient()
                    .mul(standardDeviation)
                    .subi(noise);
            NDArray residual = energy.tilt()
                    .energyAndGradient(moved)
                    .gradient()
                    .mul(standardDeviation)
                    .addi(ofReference);
            NDArray lengths = lengths(residual);
            NDArray step = residual.div(lengths.maximum(Tensors.scalar(manager, Float.MIN_NORMAL))
                            .expandDims(1))
                    .muli(Tensors.scalar(manager, DISTANCE * scale));
            this.states = moved.add(step).concat(moved.sub(step));
            // s |r| / (2 h), with h of DISTANCE times s.
            NDArray forwards = lengths.mul(
                    Tensors.scalar(manager, 1 / (2 * DISTANCE * data.getShape().get(0))));
            this.coefficients = forwards.concat(forwards.neg());
            this.measures = NDArrays.stack(new NDList(loss(lengths), loss(lengths(ofReference))));
        }

        private static NDArray lengths(NDArray vectors) {
            return vectors.square().sum(new int[] {1}).sqrt();
        }

        private static NDArray loss(NDArray lengths) {
            return lengths.square().mean().muli(Tensors.scalar(lengths.getManager(), 0.5));
        }

        @Override
        public NDArray states() {
            return states;
        }

        @Override
        public NDArray coefficients(NDArray tilts) {
            return coefficients;
        }

        @Override
        public NDArray measures(NDArray tilts) {
            return measures;
        }
    }
}
