package io.github.mnistebm.sampling;

/**
 * Systematic resampling (Kitagawa 1996, "Monte Carlo filter and smoother for non-Gaussian nonlinear state space models", appendix): a comb
 * of equal teeth, set down at random, on the sums of the weights. Runs in Java, since the engine lacks an operation for it whose memory
 * grows only as the number of weights.
 */
public final class SystematicResampling {

    private SystematicResampling() {}

    /**
     * Chooses weighted states, each as often as its weight asks for, rounded up or down.
     *
     * @param weights the weights, not all 0
     * @param first the index of the first weight of the group
     * @param states the number of weights of the group
     * @param offset the place of the comb, in [0, 1)
     * @param chosen the indices of the chosen states, in their order; filled
     * @param from the index of the first of them
     * @param count the number of states to choose
     */
    public static void choose(
            float[] weights, int first, int states, double offset, long[] chosen, int from, int count) {
        double total = 0;
        for (int state = 0; state < states; state++) {
            total += weights[first + state];
        }
        int state = 0;
        double sum = weights[first];
        for (int tooth = 0; tooth < count; tooth++) {
            double reach = (tooth + offset) / count * total;
            // Rounding may leave the last sum less than the total.
            while (sum <= reach && state < states - 1) {
                sum += weights[first + ++state];
            }
            chosen[from + tooth] = first + state;
        }
    }
}
