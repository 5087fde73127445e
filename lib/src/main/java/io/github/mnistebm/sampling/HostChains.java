package io.github.mnistebm.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.tensor.RandomSource;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Chains that move by plain loops in Java, split over the cores. */
final class HostChains implements Chains {

    /** The shortest row of chains that vector instructions work well on; half as many take 1.25 times the time each. */
    private static final int MIN_LANES = 64;

    /** The most lanes of a block: longer rows make better use of vector instructions. */
    static final int MAX_LANES = 256;

    private static final int CORES = Runtime.getRuntime().availableProcessors();

    /** Multiplications in a step that are worth another thread: with fewer, two threads take as long as one. */
    private static final long WORTH_A_THREAD = 1_000_000;

    private final NDManager owner;
    private final TransitionKernel kernel;
    private final StepSizeAdaptation.Bounded stepSize;
    private HostKernel host;
    private HostBlock[] blocks;
    /** The stepper of each thread, made at its first use. */
    private final HostKernel.Stepper[] steppers = new HostKernel.Stepper[CORES];

    private int chains;
    private int steps;
    private int jumps;
    private long index;

    HostChains(NDManager owner, TransitionKernel kernel, double stepSize, double targetAcceptance) {
        this.owner = owner;
        this.kernel = kernel;
        this.stepSize = new StepSizeAdaptation.Bounded(stepSize, targetAcceptance);
    }

    @Override
    public void start(NDArray positions, RandomSource random) {
        ChainState.requireDimension(kernel.energy(), positions);
        int d = kernel.energy().dimension();
        host = kernel.onHost().orElseThrow();
        chains = Math.toIntExact(positions.getShape().get(0));
        int most = Math.min(MAX_LANES, divideUp(chains, CORES));
        // Large energies are evaluated for one chain after the other.
        boolean inRows = host.energy().multiplications() <= SMALL_ENERGY;
        blocks = new HostBlock[divideUp(chains, inRows ? Math.max(MIN_LANES, most) : most)];
        int lanes = divideUp(chains, blocks.length);
        SplittableRandom ofBlocks = random.forLoops();
        for (int b = 0; b < blocks.length; b++) {
            int first = b * lanes;
            blocks[b] = new HostBlock(first, Math.min(lanes, chains - first), lanes, ofBlocks.split(), d);
        }
        Arrays.fill(steppers, null);
        float[] states = positions.toFloatArray();
        forEachBlock(threadsFor(1), thread -> {
            HostEnergy.Evaluator evaluator = host.energy().evaluator(lanes);
            return block -> {
                block.start(states);
                evaluator.energyAndGradient(block.chains, block.positions, block.energies, block.gradients);
            };
        });
        resetAcceptance();
    }

    /** Returns the number of threads that a number of steps is worth. */
    private int threadsFor(int count) {
        long work = host.energy().multiplications() * chains * count;
        return (int) Math.max(1, Math.min(CORES, work / WORTH_A_THREAD));
    }

    private static int divideUp(int dividend, int divisor) {
        return (dividend + divisor - 1) / divisor;
    }

    @Override
    public void resumeAfter(long steps) {
        index = steps;
    }

    @Override
    public void advance(int count) {
        float size = (float) stepSize.value();
        int threads = threadsFor(count);
        if (threads > blocks.length && blocks[0].lanes() >= MIN_LANES) {
            halveBlocks();
        }
        forEachBlock(threads, thread -> {
            HostKernel.Stepper stepper = stepperOf(thread);
            return block -> {
                for (long step = index; step < index + count; step++) {
                    stepper.step(block, size, step);
                    block.countAcceptance(host.jumps(step));
                }
            };
        });
        for (long last = index + count; index < last; index++) {
            if (host.jumps(index)) {
                jumps++;
            } else {
                steps++;
            }
        }
    }

    /** For more threads: rows half as long take more than half the time, but less than the whole. */
    void halveBlocks() {
        blocks = Arrays.stream(blocks).flatMap(HostBlock::halves).toArray(HostBlock[]::new);
        Arrays.fill(steppers, null);
    }

    private HostKernel.Stepper stepperOf(int thread) {
        if (steppers[thread] == null) {
            steppers[thread] = host.stepper(blocks[0].lanes());
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

    private double meanOfLastStep() {
        double sum = 0;
        for (HostBlock block : blocks) {
            sum += block.lastAcceptance();
        }
        return sum / chains;
    }

    @Override
    public void adapt(double gain) {
        if (index > 0 && !host.jumps(index - 1) && kernel.rejects()) {
            stepSize.update(meanOfLastStep(), gain);
        }
    }

    @Override
    public void endBurnIn() {
        stepSize.settle();
        resetAcceptance();
    }

    private void resetAcceptance() {
        for (HostBlock block : blocks) {
            block.forgetAcceptance();
        }
        steps = 0;
        jumps = 0;
    }

    @Override
    public NDArray positions() {
        int d = host.energy().dimension();
        float[] states = new float[chains * d];
        forEachBlock(threadsFor(1), thread -> block -> block.copyPositions(states));
        return owner.create(states, new Shape(chains, d));
    }

    @Override
    public NDArray energies() {
        float[] values = new float[chains];
        for (HostBlock block : blocks) {
            System.arraycopy(block.energies, 0, values, block.first, block.chains);
        }
        return owner.create(values);
    }

    @Override
    public NDArray acceptanceRate() {
        float[] values = new float[chains];
        for (HostBlock block : blocks) {
            for (int lane = 0; lane < block.chains; lane++) {
                values[block.first + lane] = (float) (block.acceptanceSums[lane] / Math.max(1, steps));
            }
        }
        return owner.create(values);
    }

    @Override
    public int steps() {
        return steps;
    }

    @Override
    public double jumpAcceptanceRate() {
        double sum = 0;
        for (HostBlock block : blocks) {
            sum += block.jumpAcceptanceSum;
        }
        return sum / chains / jumps;
    }

    @Override
    public double stepSize() {
        return stepSize.value();
    }

    @Override
    public void close() {
        // Java arrays only.
    }
}
