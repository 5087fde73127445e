package io.github.mnistebm.condition;

import ai.djl.ndarray.NDArray;
import io.github.mnistebm.density.EnergyAndGradient;
import java.util.List;

/**
 * −log p of some of the classes that the outputs l are the logits of: log(Σⱼ e^{lⱼ} / Σᵢ e^{lᵢ}) over all j and over the classes i, as
 * log(1 + e^{b − a}) with a the log-sum-exp over these classes and b that over the others, which keeps the digits of a probability near 1.
 *
 * @param classes the indices of the classes, at least one and not all
 * @param others the indices of the others
 */
record ClassLink(List<Integer> classes, List<Integer> others) implements Link {

    private static final int[] OUTPUTS = {1};

    /** Finite, so that the difference of two is 0. */
    private static final float NEVER = -1e30f;

    @Override
    public EnergyAndGradient energyAndGradient(NDArray outputs) {
        NDArray ours = outputs.add(mask(outputs, others));
        NDArray theirs = outputs.add(mask(outputs, classes));
        NDArray odds = logSumExp(theirs).subi(logSumExp(ours));
        // p of the others.
        NDArray slope = odds.getNDArrayInternal().sigmoid();
        NDArray gradient = theirs.softmax(1).subi(ours.softmax(1)).muli(slope);
        return new EnergyAndGradient(odds.getNDArrayInternal().softPlus().squeeze(1), gradient);
    }

    /** Takes some outputs out of sums of exponentials. */
    private static NDArray mask(NDArray outputs, List<Integer> indices) {
        float[] mask = new float[(int) outputs.getShape().get(1)];
        indices.forEach(i -> mask[i] = NEVER);
        return outputs.getManager().create(mask);
    }

    /** {@code [n, 1]}. */
    private static NDArray logSumExp(NDArray logits) {
        NDArray greatest = logits.max(OUTPUTS, true);
        return logits.sub(greatest).exp().sum(OUTPUTS, true).log().addi(greatest);
    }

    @Override
    public void energyAndGradient(int chains, float[][] outputs, float[] energies) {
        for (int lane = 0; lane < chains; lane++) {
            double ours = logSumExp(outputs, classes, lane);
            double theirs = logSumExp(outputs, others, lane);
            energies[lane] = (float) Link.softplus(theirs - ours);
            double slope = Link.sigmoid(theirs - ours);
            for (int i : classes) {
                outputs[i][lane] = (float) (-slope * Math.exp(outputs[i][lane] - ours));
            }
            for (int i : others) {
                outputs[i][lane] = (float) (slope * Math.exp(outputs[i][lane] - theirs));
            }
        }
    }

    private static double logSumExp(float[][] outputs, List<Integer> indices, int lane) {
        double greatest = Double.NEGATIVE_INFINITY;
        for (int i : indices) {
            greatest = Math.max(greatest, outputs[i][lane]);
        }
        double sum = 0;
        for (int i : indices) {
            sum += Math.exp(outputs[i][lane] - greatest);
        }
        return greatest + Math.log(sum);
    }
}
