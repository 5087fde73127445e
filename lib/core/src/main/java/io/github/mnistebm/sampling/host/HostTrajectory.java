package io.github.mnistebm.sampling.host;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The path of one chain in a step of the No-U-Turn sampler: a binary tree over the states of a leapfrog integration, whose number doubles,
 * forwards or backwards in time, until the path turns.
 *
 * <p>The paper builds the tree by recursion. Here it grows a leaf at a time, so that many chains evaluate their energies together (Phan,
 * Pradhan &amp; Jankowiak 2019, "Composable effects for flexible and accelerated probabilistic programming in NumPyro", appendix A): the
 * first leaves of all subtrees that are not complete wait in a stack, the place of a leaf in which is the number of ones in its index.
 */
final class HostTrajectory {

    /** A point of phase space. */
    private static final class Point {
        final float[] position;
        final float[] momentum;
        final float[] gradient;
        float energy;

        Point(int dimension) {
            this.position = new float[dimension];
            this.momentum = new float[dimension];
            this.gradient = new float[dimension];
        }

        void set(Point other) {
            System.arraycopy(other.position, 0, position, 0, position.length);
            System.arraycopy(other.momentum, 0, momentum, 0, momentum.length);
            System.arraycopy(other.gradient, 0, gradient, 0, gradient.length);
            energy = other.energy;
        }
    }

    private final int doublings;
    /** The earliest and the latest point. */
    private final Point[] ends;

    private final Point chosen;
    private final Point chosenOfSubtree;

    /** The sum of the momenta of all points, and of those of the new subtree. */
    private final double[] sum;

    private final double[] sumOfSubtree;
    private final double[] sumOfPart;
    /** The momentum of each leaf in the stack, and the sum of the momenta of its subtree up to it. */
    private final float[][] stackedMomenta;

    private final double[][] stackedSums;

    /** The Hamiltonian that weights are relative to: that of the start, or 0 if it is infinite. */
    private double reference;

    private boolean startIsFinite;
    private double logWeight;
    private double logWeightOfSubtree;
    private int depth;
    /** The index of the next leaf in the new subtree. */
    private int leaf;

    /** The end that moves: 0 for backwards, 1 for forwards. */
    private int direction;

    private double acceptances;
    private int leaves;
    private boolean divergent;

    HostTrajectory(int dimension, int doublings) {
        this.doublings = doublings;
        this.ends = new Point[] {new Point(dimension), new Point(dimension)};
        this.chosen = new Point(dimension);
        this.chosenOfSubtree = new Point(dimension);
        this.sum = new double[dimension];
        this.sumOfSubtree = new double[dimension];
        this.sumOfPart = new double[dimension];
        this.stackedMomenta = new float[doublings][dimension];
        this.stackedSums = new double[doublings][dimension];
    }

    /** Starts from a chain's state, with a new momentum. */
    void start(HostBlock block, int lane) {
        for (int i = 0; i < sum.length; i++) {
            chosen.position[i] = block.positions[i][lane];
            chosen.gradient[i] = block.gradients[i][lane];
            chosen.momentum[i] = (float) block.random.nextGaussian();
            sum[i] = chosen.momentum[i];
        }
        chosen.energy = block.energies[lane];
        ends[0].set(chosen);
        ends[1].set(chosen);
        double hamiltonian = hamiltonian(chosen);
        startIsFinite = Double.isFinite(hamiltonian);
        reference = startIsFinite ? hamiltonian : 0;
        logWeight = startIsFinite ? 0 : Double.NEGATIVE_INFINITY;
        depth = 0;
        acceptances = 0;
        leaves = 0;
        divergent = false;
        startSubtree(block.random);
    }

    private void startSubtree(SplittableRandom random) {
        direction = random.nextInt(2);
        leaf = 0;
        logWeightOfSubtree = Double.NEGATIVE_INFINITY;
        Arrays.fill(sumOfSubtree, 0);
    }

    private static double hamiltonian(Point point) {
        double squares = 0;
        for (float momentum : point.momentum) {
            squares += (double) momentum * momentum;
        }
        return point.energy + squares / 2;
    }

    /** Moves an end by the first half of a leapfrog step, and tells where it is. */
    void leap(float stepSize, float[][] positions, int slot) {
        Point end = ends[direction];
        float step = direction == 0 ? -stepSize : stepSize;
        for (int i = 0; i < sum.length; i++) {
            end.momentum[i] -= step / 2 * end.gradient[i];
            end.position[i] += step * end.momentum[i];
            positions[i][slot] = end.position[i];
        }
    }

    /** Completes the leapfrog step with the energy and gradient of where it led. Returns whether the path goes on. */
    boolean arrive(float stepSize, float energy, float[][] gradients, int slot, SplittableRandom random) {
        Point end = ends[direction];
        float step = direction == 0 ? -stepSize : stepSize;
        end.energy = energy;
        for (int i = 0; i < sum.length; i++) {
            end.gradient[i] = gradients[i][slot];
            end.momentum[i] -= step / 2 * end.gradient[i];
            sumOfSubtree[i] += end.momentum[i];
        }
        // Finite only if the energy and each coordinate of the gradient are.
        double hamiltonian = hamiltonian(end);
        double logWeightOfLeaf = Double.isFinite(hamiltonian) ? reference - hamiltonian : Double.NEGATIVE_INFINITY;
        leaves++;
        acceptances += startIsFinite
                ? Math.min(1, Math.exp(logWeightOfLeaf))
                : logWeightOfLeaf > Double.NEGATIVE_INFINITY ? 1 : 0;
        divergent = startIsFinite && (float) Math.exp(logWeightOfLeaf) == 0;
        if (divergent) {
            return false;
        }
        logWeightOfSubtree = logSum(logWeightOfSubtree, logWeightOfLeaf);
        if (random.nextDouble() < Math.exp(logWeightOfLeaf - logWeightOfSubtree)) {
            chosenOfSubtree.set(end);
        }
        if (turnsWithin(end)) {
            return false;
        }
        leaf++;
        return leaf < 1 << depth || doubles(random);
    }

    /** Returns whether a subtree of the new one, which the last leaf completes, turns. */
    private boolean turnsWithin(Point end) {
        int place = Integer.bitCount(leaf >> 1);
        if (leaf % 2 == 0) {
            System.arraycopy(end.momentum, 0, stackedMomenta[place], 0, sum.length);
            System.arraycopy(sumOfSubtree, 0, stackedSums[place], 0, sum.length);
            return false;
        }
        int subtrees = Integer.numberOfTrailingZeros(~leaf);
        for (int i = place; i > place - subtrees; i--) {
            for (int k = 0; k < sum.length; k++) {
                sumOfPart[k] = sumOfSubtree[k] - stackedSums[i][k] + stackedMomenta[i][k];
            }
            if (turns(stackedMomenta[i], end.momentum, sumOfPart)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Returns whether a path turns: whether its way, by the sum of its momenta, is against the momentum at one of its ends (Betancourt 2017,
     * appendix A.4.2). The ends count half, as in an integral by trapezoids.
     */
    private static boolean turns(float[] first, float[] last, double[] sum) {
        double atFirst = 0;
        double atLast = 0;
        for (int i = 0; i < sum.length; i++) {
            double way = sum[i] - (first[i] + last[i]) / 2;
            atFirst += way * first[i];
            atLast += way * last[i];
        }
        return !(atFirst > 0 && atLast > 0);
    }

    /** Joins the new subtree to the tree, and returns whether the path goes on. */
    private boolean doubles(SplittableRandom random) {
        // The new half is preferred (Betancourt 2017, appendix A.3.2).
        if (random.nextDouble() < Math.exp(logWeightOfSubtree - logWeight)) {
            chosen.set(chosenOfSubtree);
        }
        logWeight = logSum(logWeight, logWeightOfSubtree);
        for (int i = 0; i < sum.length; i++) {
            sum[i] += sumOfSubtree[i];
        }
        depth++;
        if (depth == doublings || turns(ends[0].momentum, ends[1].momentum, sum)) {
            return false;
        }
        startSubtree(random);
        return true;
    }

    /** Computes log(eᵃ + eᵇ). */
    private static double logSum(double a, double b) {
        double greater = Math.max(a, b);
        return greater == Double.NEGATIVE_INFINITY ? greater : greater + Math.log1p(Math.exp(Math.min(a, b) - greater));
    }

    /** Moves the chain to the chosen point. */
    void finish(HostBlock block, int lane) {
        for (int i = 0; i < sum.length; i++) {
            block.positions[i][lane] = chosen.position[i];
            block.gradients[i][lane] = chosen.gradient[i];
        }
        block.energies[lane] = chosen.energy;
        block.acceptance[lane] = (float) (acceptances / leaves);
        if (divergent && block.acceptance[lane] > 0) {
            // An acceptance of 0 is counted as a divergence for every kernel.
            block.divergences++;
        }
    }
}
