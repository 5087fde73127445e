package io.github.mnistebm.evaluation.likelihood;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.tensor.Cancellation;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import io.github.mnistebm.tensor.Tensors;
import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/**
 * The normal distributions N(μ, L²) that approximate the posterior distributions of n latents. L = H^(−1/2), with the curvature H of the
 * energy of each at its mode (MacKay 2003, "Information theory, inference, and learning algorithms", chapter 27), while μ has moved from
 * the mode towards the mean. The coordinates v of a latent u = μ + L v make each posterior nearly standard normal.
 *
 * @param means μ, {@code [n, 1, d]}
 * @param roots L, symmetric, {@code [n, d, d]}
 * @param inverseRoots L⁻¹, {@code [n, d, d]}
 * @param logDeterminants log |L|, {@code [n, 1]}
 */
record LaplaceApproximation(NDArray means, NDArray roots, NDArray inverseRoots, NDArray logDeterminants)
        implements Scope.Result {

    /** The least curvature. Whitened latents have variance 1, and a posterior is narrower than the prior. */
    private static final double LEAST_CURVATURE = 1;

    /** The distance of the differences that give the curvature: of the order of a posterior's width, to smooth over kinks. */
    private static final double DISTANCE = 0.2;

    private static final int STEPS = 24;

    /** The number of pairs of opposite draws that a mean is moved by, and the number of moves. */
    private static final int PAIRS = 10;

    private static final int MOVES = 8;

    /**
     * Fits the distributions for several priors. The curvature of the likelihood, which costs most, is that at the modes for the first
     * prior.
     *
     * @param likelihood −log p(x | u) of n latents, of which the first m of {@code n * m} states belong to the first
     * @param priors −log p(u) of each prior, up to a constant; at least one
     * @param starts latents to descend from, {@code [n, d]}
     * @param random the source of randomness
     * @return an approximation for each prior
     */
    static List<LaplaceApproximation> fit(
            EnergyFunction likelihood, List<EnergyFunction> priors, NDArray starts, RandomSource random) {
        EnergyFunction first = priors.get(0);
        LaplaceApproximation rough = Scope.compute(() -> at(curvatures(likelihood, starts), first, starts));
        NDArray modes = rough.descended(likelihood.plus(first));
        NDArray curvatures = Scope.compute(() -> curvatures(likelihood, modes));
        return priors.stream()
                .map(prior -> at(curvatures, prior, modes).centred(likelihood.plus(prior), random))
                .toList();
    }

    /** The approximation at some positions, with the curvatures of the likelihood and that of a prior there. */
    private static LaplaceApproximation at(NDArray likelihood, EnergyFunction prior, NDArray positions) {
        return Scope.compute(() -> {
            NDManager manager = positions.getManager();
            int n = (int) positions.getShape().get(0);
            int d = (int) positions.getShape().get(1);
            double[] curvatures = curvatures(prior, positions).addi(likelihood).toDoubleArray();
            float[] roots = new float[n * d * d];
            float[] inverseRoots = new float[n * d * d];
            float[] logDeterminants = new float[n];
            for (int i = 0; i < n; i++) {
                Cancellation.check();
                logDeterminants[i] = (float) root(curvatures, roots, inverseRoots, i, d);
            }
            return new LaplaceApproximation(
                    positions.expandDims(1).duplicate(),
                    manager.create(roots, new Shape(n, d, d)),
                    manager.create(inverseRoots, new Shape(n, d, d)),
                    manager.create(logDeterminants, new Shape(n, 1)));
        });
    }

    /** The second derivatives by central differences of gradients, {@code [n, d, d]}. */
    private static NDArray curvatures(EnergyFunction energy, NDArray positions) {
        NDManager manager = positions.getManager();
        long d = positions.getShape().get(1);
        NDArray away = manager.eye((int) d).mul(Tensors.scalar(manager, DISTANCE));
        NDArray around = positions.expandDims(1).add(NDArrays.concat(new NDList(away, away.neg())));
        NDArray gradients = energy.energyAndGradient(around.reshape(-1, d)).gradient();
        NDList sides =
                gradients.reshape(-1, 2, d, d).toType(DataType.FLOAT64, false).split(2, 1);
        return sides.get(0).sub(sides.get(1)).squeeze(1).div(2 * DISTANCE);
    }

    /** Writes H^(−1/2) and H^(1/2) of one matrix of several, and returns the logarithm of the first one's determinant. */
    private static double root(double[] curvatures, float[] roots, float[] inverseRoots, int index, int d) {
        DMatrixRMaj curvature = new DMatrixRMaj(d, d);
        for (int i = 0; i < d; i++) {
            for (int j = 0; j < d; j++) {
                curvature.set(i, j, (curvatures[(index * d + i) * d + j] + curvatures[(index * d + j) * d + i]) / 2);
            }
        }
        EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(d, true, true);
        if (!Double.isFinite(CommonOps_DDRM.elementSum(curvature)) || !eigen.decompose(curvature)) {
            throw new IllegalArgumentException("posterior: its curvature is not finite");
        }
        DMatrixRMaj root = new DMatrixRMaj(d, d);
        DMatrixRMaj inverseRoot = new DMatrixRMaj(d, d);
        double logDeterminant = 0;
        for (int i = 0; i < d; i++) {
            double value = Math.max(eigen.getEigenvalue(i).getReal(), LEAST_CURVATURE);
            DMatrixRMaj vector = eigen.getEigenVector(i);
            CommonOps_DDRM.multAddTransB(1 / Math.sqrt(value), vector, vector, root);
            CommonOps_DDRM.multAddTransB(Math.sqrt(value), vector, vector, inverseRoot);
            logDeterminant -= Math.log(value) / 2;
        }
        for (int i = 0; i < d * d; i++) {
            roots[index * d * d + i] = (float) root.get(i);
            inverseRoots[index * d * d + i] = (float) inverseRoot.get(i);
        }
        return logDeterminant;
    }

    /** Goes from the means to the modes, {@code [n, d]}. */
    private NDArray descended(EnergyFunction joint) {
        return Scope.compute(() -> moved(joint, means.zerosLike(), STEPS).squeeze(1));
    }

    /**
     * Moves the means by Newton's steps so that the mean energy of draws around them falls. A step is longer after one that lowers it, and
     * shorter after one that does not.
     *
     * @param draws coordinates relative to the means, {@code [n, count, d]}
     */
    private NDArray moved(EnergyFunction joint, NDArray draws, int steps) {
        EnergyFunction energy = inCoordinates(joint);
        NDArray shift = means.zerosLike();
        EnergyAndGradient at = around(energy, draws, shift);
        NDArray lengths = at.energy().onesLike();
        for (int step = 0; step < steps; step++) {
            Cancellation.check();
            NDArray proposed = shift.sub(at.gradient().mul(lengths));
            EnergyAndGradient there = around(energy, draws, proposed);
            NDArray lower = there.energy().lt(at.energy());
            NDArray rows = lower.broadcast(shift.getShape());
            shift = NDArrays.where(rows, proposed, shift);
            at = new EnergyAndGradient(
                    NDArrays.where(lower, there.energy(), at.energy()),
                    NDArrays.where(rows, there.gradient(), at.gradient()));
            lengths = NDArrays.where(lower, lengths.mul(2).minimum(1), lengths.div(4));
        }
        return shift.matMul(roots).addi(means);
    }

    /** The mean energy and gradient of draws around shifted means, {@code [n, 1, 1]} and {@code [n, 1, d]}. */
    private static EnergyAndGradient around(EnergyFunction energy, NDArray draws, NDArray shift) {
        return Scope.compute(() -> {
            long n = draws.getShape().get(0);
            long d = draws.getShape().get(2);
            int[] each = {1};
            EnergyAndGradient all = energy.energyAndGradient(draws.add(shift).reshape(-1, d));
            return new EnergyAndGradient(
                    all.energy().reshape(n, -1, 1).mean(each, true),
                    all.gradient().reshape(n, -1, d).mean(each, true));
        });
    }

    /**
     * Moves each mean towards where the expected energy is least, as it is for the normal distribution of the least
     * Kullback-Leibler divergence (Opper &amp; Archambeau 2009, "The variational Gaussian approximation revisited", equation 5): in high
     * dimensions, the mode of a skewed distribution is no typical point of it. For opposite draws, all odd terms of the energy cancel out,
     * so that few draws are enough.
     */
    private LaplaceApproximation centred(EnergyFunction joint, RandomSource random) {
        return Scope.compute(() -> {
            NDManager manager = means.getManager();
            NDArray noise = random.normal(
                    manager,
                    new Shape(means.getShape().get(0), PAIRS, means.getShape().get(2)));
            NDArray draws = NDArrays.concat(new NDList(noise, noise.neg()), 1);
            return new LaplaceApproximation(moved(joint, draws, MOVES), roots, inverseRoots, logDeterminants);
        });
    }

    /** From coordinates v of {@code n * m} latents to the latents. */
    NDArray latents(NDArray coordinates) {
        long n = means.getShape().get(0);
        long d = means.getShape().get(2);
        return coordinates.reshape(n, -1, d).matMul(roots).addi(means).reshape(-1, d);
    }

    /** From {@code n * m} latents to their coordinates v. */
    NDArray coordinates(NDArray latents) {
        long n = means.getShape().get(0);
        long d = means.getShape().get(2);
        return latents.reshape(n, -1, d).sub(means).matMul(inverseRoots).reshape(-1, d);
    }

    /** Returns −log of the density of coordinates: the energy of their latents, and the change of volume. */
    EnergyFunction inCoordinates(EnergyFunction joint) {
        return new EnergyFunction() {
            @Override
            public int dimension() {
                return joint.dimension();
            }

            @Override
            public NDArray energy(NDArray states) {
                return changed(joint.energy(latents(states)));
            }

            @Override
            public EnergyAndGradient energyAndGradient(NDArray states) {
                EnergyAndGradient at = joint.energyAndGradient(latents(states));
                NDArray gradient = at.gradient()
                        .reshape(means.getShape().get(0), -1, dimension())
                        .matMul(roots)
                        .reshape(states.getShape());
                return new EnergyAndGradient(changed(at.energy()), gradient);
            }
        };
    }

    private NDArray changed(NDArray energies) {
        return energies.reshape(means.getShape().get(0), -1)
                .sub(logDeterminants)
                .flatten();
    }

    @Override
    public List<NDArray> arrays() {
        return List.of(means, roots, inverseRoots, logDeterminants);
    }
}
