package io.github.mnistebm.condition;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.github.mnistebm.density.EnergyAndGradient;
import io.github.mnistebm.tensor.Tensors;

/**
 * −log p of an interval [a, b] under the logistic distribution of location μ and scale s = eʳ that two of the outputs give. With α = (a − μ)/s
 * and β = (b − μ)/s,
 *
 * <pre>p = σ(β) − σ(α) = σ(β) σ(−α) (1 − e^{α − β})</pre>
 *
 * @param location the index of the output μ
 * @param scale the index of the output r
 * @param low a; minus infinity for none
 * @param high b; infinity for none
 */
record IntervalLink(int location, int scale, double low, double high) implements Link {

    @Override
    public EnergyAndGradient energyAndGradient(NDArray outputs) {
        NDManager manager = outputs.getManager();
        NDArray mu = outputs.get(":, " + location);
        NDArray precision = outputs.get(":, " + scale).neg().exp();
        NDArray energy = mu.zerosLike();
        NDArray byLocation = mu.zerosLike();
        NDArray byScale = mu.zerosLike();
        if (low != Double.NEGATIVE_INFINITY) {
            NDArray alpha = Tensors.scalar(manager, low).sub(mu).mul(precision);
            NDArray slope = alpha.getNDArrayInternal().sigmoid();
            energy = energy.add(alpha.getNDArrayInternal().softPlus());
            byLocation = byLocation.sub(slope.mul(precision));
            byScale = byScale.sub(slope.mul(alpha));
        }
        if (high != Double.POSITIVE_INFINITY) {
            NDArray beta = Tensors.scalar(manager, high).sub(mu).mul(precision);
            NDArray slope = beta.neg().getNDArrayInternal().sigmoid();
            energy = energy.add(beta.neg().getNDArrayInternal().softPlus());
            byLocation = byLocation.add(slope.mul(precision));
            byScale = byScale.add(slope.mul(beta));
        }
        if (low != Double.NEGATIVE_INFINITY && high != Double.POSITIVE_INFINITY) {
            // −log(1 − e^{−w}) with the width w; its derivative by w is −1 / (e^w − 1).
            NDArray width = precision.mul(Tensors.scalar(manager, high - low));
            NDArray one = Tensors.scalar(manager, 1);
            NDArray rest = one.sub(width.neg().exp());
            energy = energy.sub(rest.log());
            byScale = byScale.add(width.mul(one.sub(rest)).div(rest));
        }
        NDList columns = new NDList();
        for (int i = 0; i < outputs.getShape().get(1); i++) {
            columns.add(i == location ? byLocation : i == scale ? byScale : mu.zerosLike());
        }
        return new EnergyAndGradient(energy, NDArrays.stack(columns, 1));
    }

    @Override
    public void energyAndGradient(int chains, float[][] outputs, float[] energies) {
        boolean below = high != Double.POSITIVE_INFINITY;
        boolean above = low != Double.NEGATIVE_INFINITY;
        for (int lane = 0; lane < chains; lane++) {
            double mu = outputs[location][lane];
            double precision = Math.exp(-outputs[scale][lane]);
            double energy = 0;
            double byLocation = 0;
            double byScale = 0;
            if (above) {
                double alpha = (low - mu) * precision;
                double slope = Link.sigmoid(alpha);
                energy += Link.softplus(alpha);
                byLocation -= slope * precision;
                byScale -= slope * alpha;
            }
            if (below) {
                double beta = (high - mu) * precision;
                double slope = Link.sigmoid(-beta);
                energy += Link.softplus(-beta);
                byLocation += slope * precision;
                byScale += slope * beta;
            }
            if (above && below) {
                double width = (high - low) * precision;
                energy -= Math.log(-Math.expm1(-width));
                byScale += width / Math.expm1(width);
            }
            energies[lane] = (float) energy;
            for (float[] output : outputs) {
                output[lane] = 0;
            }
            outputs[location][lane] = (float) byLocation;
            outputs[scale][lane] = (float) byScale;
        }
    }
}
