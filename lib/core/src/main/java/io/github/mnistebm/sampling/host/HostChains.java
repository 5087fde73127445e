package io.github.mnistebm.sampling.host;

import io.github.mnistebm.density.HostEnergy;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Chains in Java arrays, which plain loops move, split over the cores. Not safe for use by several threads; it divides its work among
 * threads of its own.
 */
public final class HostChains {

    /** The shortest row of chains that vector instructions work well on. */
    private static final int MIN_LANES = 64;

    /** The most lanes of a block: longer rows make better use of vector instructions. */
    public static final int MAX_LANES = 256;

    private static final int CORES = Runtime.getRuntime().availableProcessors();

    /** Multiplications in a step that are worth another thread. */
    private static final long WORTH_A_THREAD = 1_000_000;

    /** Steps whose work decides how many blocks there are: a fixed number, so that a run depends on no clock. */
    private static final int MANY_STEPS = 16;

    private final HostKernel kernel;
    private final int chains;
    private HostBlock[] blocks;
    /** The stepper of each thread, made at its first use. */
    private final HostKernel.Stepper[] steppers = new HostKernel.Stepper[CORES];

    private int steps;
    private int jumps;

    /**
     * Starts chains.
     *
     * @param kernel the kernel that moves them
     * @param positions the first positions, {@code [chains * d]}
     * @param random the source of randomness
     */
    public HostChains(HostKernel kernel, float[] positions, SplittableRandom random) {
        this.kernel = kernel;
        int d = kernel.energy().dimension();
        this.chains = positions.length / d;
        int most = Math.min(MAX_LANES, divideUp(chains, CORES));
        // Large energies are evaluated for one chain after the other.
        boolean inRows = kernel.energy().isSmall() && kernel.energy().isVectorized();
        blocks = new HostBlock[divideUp(chains, inRows ? Math.max(MIN_LANES, most) : most)];
        int lanes = divideUp(chains, blocks.length);
        for (int b = 0; b < blocks.length; b++) {
            int first = b * lanes;
            blocks[b] = new HostBlock(first, Math.min(lanes, chains - first), lanes, random.split(), d);
        }
        place(positions);
    }

    /**
     * Moves the chains elsewhere without a step.
     *
     * @param positions {@code [chains * d]}
     */
    public void place(float[] positions) {
        forEachBlock(threadsFor(1), thread -> {
            HostEnergy.Evaluator evaluator = kernel.energy().evaluator(blocks[0].lanes());
            return block -> {
                block.start(positions);
                evaluator.energyAndGradient(block.chains, block.positions, block.energies, block.gradients);
            };
        });
    }

    /** Returns the number of threads that a number of steps is worth. */
    private int threadsFor(int count) {
        long work = kernel.energy().multiplications() * chains * count;
        return (int) Math.max(1, Math.min(CORES, work / WORTH_A_THREAD));
    }

    private static int divideUp(int dividend, int divisor) {
        return (dividend + divisor - 1) / divisor;
    }

    /**
     * Moves every chain.
     *
     * @param stepSize ε
     * @param index the number of the first step, from 0, for kernels that do different things in turn
     * @param count the number of steps
     */
    public void advance(double stepSize, long index, int count) {
        int threads = threadsFor(count);
        divideAmong(threads);
        advance(stepSize, index, count, threads, (block, done) -> {});
    }

    /**
     * Moves every chain, and keeps one state every so many steps. All cores take part: call this for many steps.
     *
     * @param stepSize ε
     * @param index the number of the first step, from 0, for kernels that do different things in turn
     * @param count the number of steps
     * @param draws the draws, which receive those of these steps
     */
    public void advance(double stepSize, long index, int count, HostDraws draws) {
        divideAmong(threadsFor(MANY_STEPS));
        advance(stepSize, index, count, CORES, draws::keep);
        draws.advance(count);
    }

    private void divideAmong(int threads) {
        if (threads > blocks.length && blocks[0].lanes() >= MIN_LANES) {
            halveBlocks();
        }
    }

    /** Looks at a block that has done so many steps, on the thread that moves it. */
    private interface Observer {
        void moved(HostBlock block, int done);
    }

    private void advance(double stepSize, long index, int count, int threads, Observer observer) {
        float size = (float) stepSize;
        forEachBlock(threads, thread -> {
            HostKernel.Stepper stepper = stepperOf(thread);
            return block -> {
                for (int done = 0; done < count; done++) {
                    stepper.step(block, size, index + done);
                    block.countAcceptance(kernel.jumps(index + done));
                    observer.moved(block, done + 1);
                }
            };
        });
        for (long step = index; step < index + count; step++) {
            if (kernel.jumps(step)) {
                jumps++;
            } else {
                steps++;
            }
        }
    }

    /** Splits each block, for more threads: rows half as long take more than half the time, but less than the whole. */
    public void halveBlocks() {
        blocks = Arrays.stream(blocks).flatMap(HostBlock::halves).toArray(HostBlock[]::new);
        Arrays.fill(steppers, null);
    }

    private HostKernel.Stepper stepperOf(int thread) {
        if (steppers[thread] == null) {
            steppers[thread] = kernel.stepper(blocks[0].lanes());
        }
        return steppers[thread];
    }

    /** Does something for each block, on no more threads than there are blocks; each thread first makes what it does it with. */
    private void forEachBlock(int threads, IntFunction<Consumer<HostBlock>> actionOf) {
        int parts = Math.min(threads, blocks.length);
        IntConsumer ofPart = part -> {
            Consumer<HostBlock> action = actionOf.apply(part);
            int to = (int) ((long) blocks.length * (part + 1) / parts);
            for (int b = (int) ((long) blocks.length * part / parts); b < to; b++) {
                action.accept(blocks[b]);
            }
        };
        if (parts == 1) {
            ofPart.accept(0);
        } else {
            IntStream.range(0, parts).parallel().forEach(ofPart);
        }
    }

    /**
     * Returns whether a step is a jump, whose acceptance says nothing about the step size.
     *
     * @param index the number of the step, from 0
     * @return true for a jump
     */
    public boolean jumps(long index) {
        return kernel.jumps(index);
    }

    /**
     * Returns the mean over the chains of the acceptance probabilities of the last step.
     *
     * @return the mean, in [0, 1]
     */
    public double lastAcceptance() {
        double sum = 0;
        for (HostBlock block : blocks) {
            sum += block.lastAcceptance();
        }
        return sum / chains;
    }

    /**
     * Returns each chain's acceptance probability of the last step.
     *
     * @return a new array, {@code [chains]}
     */
    public float[] lastAcceptances() {
        return ofChains(block -> block.acceptance);
    }

    /** Sets the acceptance rates and the number of steps to zero. */
    public void resetAcceptance() {
        for (HostBlock block : blocks) {
            block.forgetAcceptance();
        }
        steps = 0;
        jumps = 0;
    }

    /**
     * Returns the number of chains.
     *
     * @return the number
     */
    public int size() {
        return chains;
    }

    /**
     * Returns the positions of the chains.
     *
     * @return a new array, {@code [chains * d]}
     */
    public float[] positions() {
        float[] states = new float[chains * kernel.energy().dimension()];
        forEachBlock(threadsFor(1), thread -> block -> block.copyPositions(states, 0));
        return states;
    }

    /**
     * Returns the energies of the chains.
     *
     * @return a new array, nats, {@code [chains]}
     */
    public float[] energies() {
        return ofChains(block -> block.energies);
    }

    private float[] ofChains(Function<HostBlock, float[]> lanes) {
        float[] values = new float[chains];
        for (HostBlock block : blocks) {
            System.arraycopy(lanes.apply(block), 0, values, block.first, block.chains);
        }
        return values;
    }

    /**
     * Returns each chain's mean acceptance probability since the last reset, without jumps.
     *
     * @return a new array, {@code [chains]}; 0 before the first step
     */
    public float[] acceptanceRates() {
        float[] values = new float[chains];
        for (HostBlock block : blocks) {
            for (int lane = 0; lane < block.chains; lane++) {
                values[block.first + lane] = (float) (block.acceptanceSums[lane] / Math.max(1, steps));
            }
        }
        return values;
    }

    /**
     * Returns the number of steps since the last reset, without jumps.
     *
     * @return the number of steps
     */
    public int steps() {
        return steps;
    }

    /**
     * Returns the number of evaluations of the gradient since the last reset, for a chain.
     *
     * @return the mean over the chains
     */
    public double evaluations() {
        return Arrays.stream(blocks).mapToLong(block -> block.evaluations).sum() / (double) chains;
    }

    /**
     * Returns the number of divergences since the last reset, without jumps.
     *
     * @return the number of steps of all chains together
     */
    public long divergences() {
        return Arrays.stream(blocks).mapToLong(block -> block.divergences).sum();
    }

    /**
     * Returns the mean acceptance probability of jumps since the last reset.
     *
     * @return the mean, in [0, 1]; NaN without a jump
     */
    public double jumpAcceptanceRate() {
        double sum = 0;
        for (HostBlock block : blocks) {
            sum += block.jumpAcceptanceSum;
        }
        return sum / chains / jumps;
    }
}
