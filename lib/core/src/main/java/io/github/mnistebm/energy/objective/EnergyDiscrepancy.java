package io.github.mnistebm.energy.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.TiltedEnergy;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Tensors;
import io.github.mnistebm.training.TrainingHistory;

/**
 * Energy discrepancy (Schröder et al. 2023, "Energy discrepancies: a score-independent loss for energy-based models") with normal
 * perturbations, in the form with w-stabilization. Each data point xᵢ is moved to yᵢ = xᵢ + s ξᵢ, and M points yᵢ + s ξᵢⱼ are drawn around it; the loss is the mean over i of
 *
 * <pre>log(w/M + 1/M Σⱼ exp(E(xᵢ) − E(yᵢ + s ξᵢⱼ)))</pre>
 *
 * with w = 1, which bounds it from below. It needs energies only, those of the reference measure included. Its derivative is pᵢⱼ/n, with the
 * softmax p of the differences beside log w, by f of the data point, and −pᵢⱼ/n by f of the point drawn.
 *
 * @param samples M; at least 1
 * @param scale s, the standard deviation of the perturbations, √t of the paper; positive
 */
public record EnergyDiscrepancy(int samples, double scale) implements EnergyLoss {

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public EnergyDiscrepancy {
        if (samples < 1) {
            throw new IllegalArgumentException("contrastive samples: must be at least 1, found " + samples);
        }
        DenoisingScoreMatching.requireScale(scale);
    }

    @Override
    public LossEstimator begin(
            NDManager manager, TiltedEnergy energy, int batchSize, TrainingHistory before, RandomSource random) {
        return (data, source) -> new Perturbed(energy, data, source);
    }

    private final class Perturbed implements LossEstimator.Batch {
        private final NDManager manager;
        private final NDArray states;
        private final NDArray referenceEnergies;
        private final long size;

        Perturbed(TiltedEnergy energy, NDArray data, RandomSource random) {
            this.manager = data.getManager();
            this.size = data.getShape().get(0);
            NDArray standardDeviation = Tensors.scalar(manager, scale);
            NDArray moved = random.normal(manager, data.getShape())
                    .muli(standardDeviation)
                    .addi(data);
            NDArray around = random.normal(manager, new Shape(size * samples, energy.dimension()))
                    .muli(standardDeviation)
                    .addi(moved.repeat(0, samples));
            this.states = data.concat(around);
            this.referenceEnergies = energy.reference().energy(states);
        }

        @Override
        public NDArray states() {
            return states;
        }

        /** The differences of energies, and log w = 0, {@code [n, M + 1]}. */
        private NDArray exponents(NDArray energies) {
            NDArray ofData = energies.get(new NDIndex().addSliceDim(0, size)).expandDims(1);
            NDArray ofDraws = energies.get(new NDIndex().addSliceDim(size, energies.size()))
                    .reshape(size, samples);
            return ofData.sub(ofDraws).concat(manager.zeros(new Shape(size, 1)), 1);
        }

        @Override
        public NDArray coefficients(NDArray tilts) {
            NDArray shares = exponents(tilts.add(referenceEnergies))
                    .softmax(1)
                    .get(new NDIndex().addAllDim().addSliceDim(0, samples))
                    .muli(Tensors.scalar(manager, 1.0 / size));
            return shares.sum(new int[] {1}).concat(shares.flatten().negi());
        }

        @Override
        public NDArray measures(NDArray tilts) {
            return NDArrays.stack(new NDList(loss(tilts.add(referenceEnergies)), loss(referenceEnergies)));
        }

        private NDArray loss(NDArray energies) {
            // The logarithm of a sum of exponentials is the last exponent, 0, less the logarithm of its share.
            return exponents(energies)
                    .logSoftmax(1)
                    .get(new NDIndex().addAllDim().addIndices(samples))
                    .mean()
                    .addi(Tensors.scalar(manager, Math.log(samples)))
                    .negi();
        }
    }
}
