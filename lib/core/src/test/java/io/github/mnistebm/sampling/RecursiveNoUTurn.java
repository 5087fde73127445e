package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.mnistebm.density.EnergyFunction;
import io.github.mnistebm.tensor.RandomSource;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The No-U-Turn sampler on the standard normal distribution of the plane as the papers write it, by recursion and in double precision, with
 * a mistake if asked for.
 *
 * @param mistake the mistake
 */
record RecursiveNoUTurn(Mistake mistake) implements TransitionKernel {

    enum Mistake {
        NONE,
        UNIFORM_CHOICE,
        WEIGHTS_OF_THE_WRONG_SIGN,
        WEIGHTS_OF_THE_ENERGY_ALONE,
        ALWAYS_THE_NEW_HALF,
        ALWAYS_FORWARDS_TO_THE_END
    }

    private static final int DOUBLINGS = 10;

    @Override
    public EnergyFunction energy() {
        return Target.STANDARD_NORMAL;
    }

    @Override
    public boolean rejects() {
        return true;
    }

    @Override
    public Transition step(ChainState state, NDArray stepSize, long index, RandomSource random) {
        NDManager manager = state.positions().getManager();
        SplittableRandom loops = random.forLoops();
        float[] positions = state.positions().toFloatArray();
        float[] acceptance = new float[positions.length / 2];
        double size = stepSize.getFloat();
        for (int chain = 0; chain < acceptance.length; chain++) {
            Path path = new Path(size, loops, new double[] {positions[2 * chain], positions[2 * chain + 1]});
            double[] chosen = path.run();
            positions[2 * chain] = (float) chosen[0];
            positions[2 * chain + 1] = (float) chosen[1];
            acceptance[chain] = (float) (path.acceptances / path.leaves);
        }
        NDArray moved = manager.create(positions, state.positions().getShape());
        return new Transition(ChainState.at(energy(), moved), manager.create(acceptance));
    }

    /** x, y and their momenta. */
    private static double hamiltonian(double[] point) {
        return Arrays.stream(point).map(value -> value * value / 2).sum();
    }

    private double logWeight(double[] point, double first) {
        return switch (mistake) {
            case UNIFORM_CHOICE -> 0;
            case WEIGHTS_OF_THE_WRONG_SIGN -> hamiltonian(point) - first;
            case WEIGHTS_OF_THE_ENERGY_ALONE -> -(point[0] * point[0] + point[1] * point[1]) / 2;
            default -> first - hamiltonian(point);
        };
    }

    private static final class Tree {
        final double[] left;
        final double[] right;
        final double[] sum;
        final double weight;
        final double[] chosen;
        final boolean turns;

        Tree(double[] left, double[] right, double[] sum, double weight, double[] chosen, boolean turns) {
            this.left = left;
            this.right = right;
            this.sum = sum;
            this.weight = weight;
            this.chosen = chosen;
            this.turns = turns;
        }

        Tree with(Tree other, boolean onTheRight, double[] next) {
            double[] first = onTheRight ? left : other.left;
            double[] last = onTheRight ? other.right : right;
            double[] both = {sum[0] + other.sum[0], sum[1] + other.sum[1]};
            double wayX = both[0] - (first[2] + last[2]) / 2;
            double wayY = both[1] - (first[3] + last[3]) / 2;
            boolean turned = wayX * first[2] + wayY * first[3] <= 0 || wayX * last[2] + wayY * last[3] <= 0;
            return new Tree(first, last, both, weight + other.weight, next, turned);
        }
    }

    private final class Path {
        final double stepSize;
        final SplittableRandom random;
        final double[] start;
        final double first;
        double acceptances;
        int leaves;

        Path(double stepSize, SplittableRandom random, double[] position) {
            this.stepSize = stepSize;
            this.random = random;
            this.start = new double[] {position[0], position[1], random.nextGaussian(), random.nextGaussian()};
            this.first = hamiltonian(start);
        }

        double[] run() {
            Tree tree = new Tree(
                    start, start, new double[] {start[2], start[3]}, Math.exp(logWeight(start, first)), start, false);
            for (int depth = 0; depth < DOUBLINGS && !tree.turns; depth++) {
                boolean forwards = mistake == Mistake.ALWAYS_FORWARDS_TO_THE_END || random.nextBoolean();
                Tree half = build(forwards ? tree.right : tree.left, forwards, depth);
                if (half.turns) {
                    break;
                }
                boolean changes = mistake == Mistake.ALWAYS_THE_NEW_HALF
                        || mistake == Mistake.ALWAYS_FORWARDS_TO_THE_END
                        || random.nextDouble() < half.weight / tree.weight;
                tree = tree.with(half, forwards, changes ? half.chosen : tree.chosen);
            }
            return mistake == Mistake.ALWAYS_FORWARDS_TO_THE_END ? tree.right : tree.chosen;
        }

        private Tree build(double[] from, boolean forwards, int depth) {
            if (depth == 0) {
                double[] leaf = leapfrog(from, forwards ? stepSize : -stepSize);
                leaves++;
                acceptances += Math.min(1, Math.exp(first - hamiltonian(leaf)));
                return new Tree(
                        leaf, leaf, new double[] {leaf[2], leaf[3]}, Math.exp(logWeight(leaf, first)), leaf, false);
            }
            Tree one = build(from, forwards, depth - 1);
            if (one.turns) {
                return one;
            }
            Tree other = build(forwards ? one.right : one.left, forwards, depth - 1);
            if (other.turns) {
                return other;
            }
            boolean takesOther = random.nextDouble() < other.weight / (one.weight + other.weight);
            return one.with(other, forwards, takesOther ? other.chosen : one.chosen);
        }

        private double[] leapfrog(double[] point, double step) {
            double[] next = point.clone();
            for (int i = 0; i < 2; i++) {
                double middle = point[2 + i] - step / 2 * point[i];
                next[i] = point[i] + step * middle;
                next[2 + i] = middle - step / 2 * next[i];
            }
            return next;
        }
    }
}
