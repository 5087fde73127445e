package io.github.mnistebm.tensor;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * A source of random numbers. Everything that draws random numbers takes a source, and its draws depend on nothing else. The same
 * seed gives the same numbers, whatever other threads of the process do.
 *
 * <p>On a processor, Java makes the numbers, in blocks of a fixed size. Each block has a generator of its own, so that the numbers do
 * not depend on the number of threads. On another device, the engine makes the numbers, since their transfer would take longer than
 * the rest of a step. The engine has one generator for the whole process. This class seeds it anew for each array, and lets one thread
 * at a time do so. Code that uses the generator of the engine without this class can disturb the sequence.
 *
 * <p>A source is not safe for use by several threads. Each thread takes one of its own, from {@link #split} or {@link #numbered}.
 */
public final class RandomSource {

    private static final Object ENGINE_GENERATOR = new Object();

    /** The size of a block: some tens of microseconds of work. */
    private static final int BLOCK = 1 << 13;

    private final long seed;
    private final SplittableRandom random;
    private final boolean alwaysByEngine;
    /** The next seed of the engine's generator. Seeds follow each other, so that a source never uses the same one twice. */
    private int nextEngineSeed;

    private RandomSource(long seed, boolean alwaysByEngine) {
        this.seed = seed;
        this.random = new SplittableRandom(seed);
        this.alwaysByEngine = alwaysByEngine;
        this.nextEngineSeed = random.nextInt();
    }

    /**
     * Creates a source.
     *
     * @param seed the seed; the same seed gives the same random numbers
     * @return the source
     */
    public static RandomSource of(long seed) {
        return new RandomSource(seed, false);
    }

    /** Creates a source whose arrays come from the engine on a processor too. */
    static RandomSource byEngine(long seed) {
        return new RandomSource(seed, true);
    }

    /**
     * Returns another source, which is independent of the further draws of this one.
     *
     * @return a new source
     */
    public RandomSource split() {
        return new RandomSource(random.nextLong(), alwaysByEngine);
    }

    /**
     * Returns the source of a part of the work, an epoch for example. It depends on this source's seed and the number only, not on
     * earlier draws.
     *
     * @param number the number of the part
     * @return a new source
     */
    public RandomSource numbered(long number) {
        long word = new SplittableRandom(seed ^ new SplittableRandom(number).nextLong()).nextLong();
        return new RandomSource(word, alwaysByEngine);
    }

    /**
     * Returns a generator for loops in Java, which is independent of the further draws of this source.
     *
     * @return a new generator
     */
    public SplittableRandom forLoops() {
        return random.split();
    }

    /**
     * Draws numbers from a standard normal distribution.
     *
     * @param manager the owner of the result
     * @param shape the shape of the result
     * @return the numbers, 32-bit floats
     */
    public NDArray normal(NDManager manager, Shape shape) {
        return isByEngine(manager)
                ? byEngine(() -> manager.randomNormal(shape))
                : filled(manager, shape, RandomSource::fillWithNormal);
    }

    private static void fillWithNormal(float[] values, SplittableRandom generator) {
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) generator.nextGaussian();
        }
    }

    /**
     * Draws numbers from a uniform distribution.
     *
     * @param manager the owner of the result
     * @param low the lower bound, included
     * @param high the upper bound, which is excluded but for rounding
     * @param shape the shape of the result
     * @return the numbers, 32-bit floats
     */
    public NDArray uniform(NDManager manager, float low, float high, Shape shape) {
        return isByEngine(manager)
                ? byEngine(() -> manager.randomUniform(low, high, shape))
                : filled(manager, shape, (values, generator) -> {
                    for (int i = 0; i < values.length; i++) {
                        values[i] = low + (high - low) * generator.nextFloat();
                    }
                });
    }

    /**
     * Draws a random permutation. Java does so for every device.
     *
     * @param manager the owner of the result
     * @param n the length; at least 0
     * @return the numbers 0 to n − 1 in a random order, 64-bit integers, {@code [n]}
     */
    public NDArray permutation(NDManager manager, int n) {
        long[] numbers = new long[n];
        for (int i = 0; i < n; i++) {
            int j = random.nextInt(i + 1);
            numbers[i] = numbers[j];
            numbers[j] = i;
        }
        return manager.create(numbers);
    }

    private boolean isByEngine(NDManager manager) {
        return alwaysByEngine || manager.getDevice().isGpu();
    }

    private NDArray byEngine(Supplier<NDArray> draw) {
        synchronized (ENGINE_GENERATOR) {
            Engine.getInstance().setRandomSeed(nextEngineSeed++);
            return draw.get();
        }
    }

    /** Creates an array and fills its own memory, which saves a copy and has the alignment that the engine's matrix products prefer. */
    private NDArray filled(NDManager manager, Shape shape, BiConsumer<float[], SplittableRandom> fill) {
        NDArray array = manager.create(shape, DataType.FLOAT32);
        FloatBuffer memory =
                array.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
        int size = memory.capacity();
        int blocks = (size + BLOCK - 1) / BLOCK;
        SplittableRandom[] generators = new SplittableRandom[blocks];
        for (int block = 0; block < blocks; block++) {
            generators[block] = random.split();
        }
        IntStream numbers = IntStream.range(0, blocks);
        (blocks > 1 ? numbers.parallel() : numbers).forEach(block -> {
            float[] values = new float[Math.min(BLOCK, size - block * BLOCK)];
            fill.accept(values, generators[block]);
            memory.put(block * BLOCK, values);
        });
        return array;
    }
}
