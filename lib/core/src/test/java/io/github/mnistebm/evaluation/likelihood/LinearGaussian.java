package io.github.mnistebm.evaluation.likelihood;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.tensor.RandomSource;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.mult.VectorVectorMult_DDRM;

/** p(x | u) = N(W u, σ² I) with three observed numbers of two latents, whose integrals are known. */
final class LinearGaussian implements ObservationModel {

    static final double SIGMA = 0.5;
    private static final float[] W = {1.5f, 0.3f, -0.7f, 0.9f, 0.2f, -1.1f};

    private final NDArray loadings;

    LinearGaussian(NDManager manager) {
        loadings = manager.create(W, new Shape(3, 2));
    }

    NDArray sample(NDArray latents, RandomSource random) {
        NDManager manager = latents.getManager();
        return latents.matMul(loadings.transpose())
                .add(random.normal(manager, new Shape(latents.getShape().get(0), 3))
                        .mul(SIGMA));
    }

    @Override
    public EnergyFunction given(NDArray observations) {
        long n = observations.getShape().get(0);
        return new EnergyFunction() {
            @Override
            public int dimension() {
                return 2;
            }

            private NDArray error(NDArray states) {
                return states.reshape(n, -1, 2)
                        .matMul(loadings.transpose())
                        .sub(observations.expandDims(1))
                        .reshape(-1, 3);
            }

            @Override
            public NDArray energy(NDArray states) {
                return error(states)
                        .square()
                        .sum(new int[] {1})
                        .div(2 * SIGMA * SIGMA)
                        .add(1.5 * Math.log(2 * Math.PI * SIGMA * SIGMA));
            }

            @Override
            public EnergyAndGradient energyAndGradient(NDArray states) {
                return new EnergyAndGradient(
                        energy(states), error(states).matMul(loadings).div(SIGMA * SIGMA));
            }
        };
    }

    /** The covariance of latents, given an observation, with a prior of covariance I. */
    static DMatrixRMaj posteriorCovariance() {
        DMatrixRMaj w = new DMatrixRMaj(3, 2, true, doubles(W));
        DMatrixRMaj covariance = CommonOps_DDRM.identity(2);
        CommonOps_DDRM.multAddTransA(1 / (SIGMA * SIGMA), w, w, covariance);
        CommonOps_DDRM.invert(covariance);
        return covariance;
    }

    /** The mean of −log N(x; W m, W Wᵀ + σ² I) over observations. */
    static double nats(NDArray observations, double[] m) {
        DMatrixRMaj w = new DMatrixRMaj(3, 2, true, doubles(W));
        DMatrixRMaj covariance = CommonOps_DDRM.identity(3);
        CommonOps_DDRM.scale(SIGMA * SIGMA, covariance);
        CommonOps_DDRM.multAddTransB(w, w, covariance);
        double constant = Math.log(CommonOps_DDRM.det(covariance)) / 2 + 1.5 * Math.log(2 * Math.PI);
        CommonOps_DDRM.invert(covariance);
        double[] values = doubles(observations.toFloatArray());
        double sum = 0;
        for (int i = 0; i < values.length; i += 3) {
            DMatrixRMaj error = new DMatrixRMaj(3, 1, true, values[i], values[i + 1], values[i + 2]);
            CommonOps_DDRM.multAdd(-1, w, new DMatrixRMaj(2, 1, true, m), error);
            sum += VectorVectorMult_DDRM.innerProdA(error, covariance, error) / 2 + constant;
        }
        return sum * 3 / values.length;
    }

    private static double[] doubles(float[] floats) {
        return IntStream.range(0, floats.length).mapToDouble(i -> floats[i]).toArray();
    }
}
