package io.github.mnistebm.condition;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.data.MiniBatches;
import io.github.mnistebm.morphology.Measure;
import io.github.mnistebm.morphology.Morphology;
import io.github.mnistebm.tensor.Cancellation;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import io.github.mnistebm.tensor.Tensors;
import io.github.mnistebm.training.Adam;
import io.github.mnistebm.training.CosineSchedule;
import io.github.mnistebm.training.TrainingListener;
import java.util.Arrays;
import java.util.function.BiFunction;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntConsumer;
import java.util.stream.Stream;

/**
 * Trains {@link ConditionNetworks}: the classes by cross-entropy, the measures by the logistic negative log-likelihood, both with Adam; then
 * calibrates them on other examples. The logits are divided by a temperature (Guo et al. 2017, section 4.2), and the scales are multiplied by a
 * factor each.
 */
public final class ConditionTrainer {

    /** The phase's name. */
    public static final String PHASE = "conditions";

    private static final int BATCH = 256;

    /** The logarithm of the least scale of a standardized measure. */
    private static final double LEAST_LOG_SCALE = -5;

    private static final double LEARNING_RATE = 3e-3;

    /** The most passes over the examples, and the most updates. */
    private static final int CLASS_EPOCHS = 40;

    private static final int MEASURE_EPOCHS = 80;
    private static final int CLASS_UPDATES = 4000;
    private static final int MEASURE_UPDATES = 6000;

    /** The number of batches that the progress is reported in. */
    private static final int PARTS = 100;

    private ConditionTrainer() {}

    /**
     * Trains networks.
     *
     * @param owner the owner of the networks' parameters
     * @param examples the examples to learn from
     * @param calibration other examples, as those that conditions will be about; some of them with measures
     * @param classes the number of classes; at least 2
     * @param images the measures of training images, whose quantiles are kept
     * @param random the source of randomness
     * @param listener the listener to the updates
     * @return the networks
     * @throws java.util.concurrent.CancellationException if the thread is interrupted; it stays so
     */
    public static ConditionNetworks train(
            NDManager owner,
            Examples examples,
            Examples calibration,
            int classes,
            Morphology[] images,
            RandomSource random,
            TrainingListener listener) {
        int dimension = (int) examples.latents().getShape().get(1);
        ConditionNetworks networks = ConditionNetworks.zeros(owner, dimension, classes);
        int classUpdates = updates(CLASS_UPDATES, CLASS_EPOCHS, examples.labels().length);
        int measureUpdates = updates(MEASURE_UPDATES, MEASURE_EPOCHS, examples.morphologies().length);
        int all = classUpdates + measureUpdates;
        networks.classNetwork().drawWeights(random);
        networks.measureNetwork().drawWeights(random);
        try (NDManager work = owner.newSubManager()) {
            Scope.run(() -> {
                NDArray labels = labels(work, examples.labels());
                fit(
                        networks.classNetwork(),
                        examples.latents().concat(labels, 1),
                        classUpdates,
                        random,
                        done -> report(listener, done, all),
                        (outputs, targets) -> classGradient(outputs, targets, classes));
                NDArray measures = measures(work, examples.morphologies());
                NDArray mean = measures.mean(new int[] {0});
                NDArray deviation =
                        measures.sub(mean).square().mean(new int[] {0}).sqrt().addi(Tensors.scalar(work, 1e-3));
                NDArray measured = examples.latents()
                        .get("0:" + examples.morphologies().length)
                        .concat(measures.sub(mean).div(deviation), 1);
                fit(
                        networks.measureNetwork(),
                        measured,
                        measureUpdates,
                        random,
                        done -> report(listener, classUpdates + done, all),
                        ConditionTrainer::measureGradient);
                inUnits(networks.measureNetwork(), mean, deviation);
            });
            Scope.run(() -> calibrate(networks, calibration));
            Scope.run(() -> Tensors.copy(quantiles(work, images), networks.quantiles()));
        }
        return networks;
    }

    private static NDArray labels(NDManager manager, byte[] labels) {
        float[] values = new float[labels.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = labels[i] & 0xff;
        }
        return manager.create(values, new Shape(values.length, 1));
    }

    private static NDArray measures(NDManager manager, Morphology[] morphologies) {
        float[] values = new float[morphologies.length * ConditionNetworks.MEASURES];
        for (int i = 0; i < morphologies.length; i++) {
            for (Measure measure : Measure.values()) {
                values[i * ConditionNetworks.MEASURES + measure.ordinal()] = (float) morphologies[i].value(measure);
            }
        }
        return manager.create(values, new Shape(morphologies.length, ConditionNetworks.MEASURES));
    }

    /** Minimizes a loss by its gradient with respect to the outputs, a function of the outputs and the targets, which follow the latents in a row. */
    private static void fit(
            LatentNetwork network,
            NDArray rows,
            int updates,
            RandomSource random,
            IntConsumer progress,
            BiFunction<NDArray, NDArray, NDArray> gradient) {
        CosineSchedule schedule = new CosineSchedule(LEARNING_RATE, updates);
        int inputs = network.inputs();
        int update = 0;
        try (Adam adam = new Adam(network.parameters())) {
            while (update < updates) {
                try (MiniBatches batches = MiniBatches.shuffled(rows, BATCH, random)) {
                    for (int batch = 0; batch < batches.count() && update < updates; batch++) {
                        Cancellation.check();
                        int index = batch;
                        double rate = schedule.rate(update++);
                        Scope.run(() -> {
                            NDArray part = batches.get(index);
                            LatentNetwork.Pass pass = network.forward(part.get(":, :" + inputs));
                            NDArray slope = gradient.apply(pass.outputs(), part.get(":, " + inputs + ":"));
                            adam.update(
                                    pass.parameterGradients(
                                            slope.divi(part.getShape().get(0))),
                                    rate);
                        });
                        progress.accept(update);
                    }
                }
            }
        }
    }

    private static int updates(int most, int epochs, int examples) {
        return Math.max(1, (int) Math.min(most, (long) epochs * examples / BATCH));
    }

    private static void report(TrainingListener listener, int done, int all) {
        if (done * PARTS / all > (done - 1) * PARTS / all) {
            listener.batchDone(PHASE, 1, 1, done * PARTS / all, PARTS);
        }
    }

    private static NDArray classGradient(NDArray outputs, NDArray labels, int classes) {
        return outputs.softmax(1)
                .subi(labels.squeeze(1).toType(DataType.INT64, false).oneHot(classes));
    }

    /**
     * With z = (y − μ)/s and s = eʳ: −tanh(z/2)/s by μ and 1 − z tanh(z/2) by r. A scale that is the least one falls no further, so that a
     * measure that does not vary has one too.
     */
    private static NDArray measureGradient(NDArray outputs, NDArray targets) {
        NDManager manager = outputs.getManager();
        NDArray logScale = outputs.get(":, " + ConditionNetworks.MEASURES + ":");
        NDArray precision = logScale.neg().exp();
        NDArray z =
                targets.sub(outputs.get(":, :" + ConditionNetworks.MEASURES)).muli(precision);
        NDArray slope = z.mul(Tensors.scalar(manager, 0.5)).tanh();
        NDArray byScale = slope.mul(z).negi().addi(Tensors.scalar(manager, 1));
        NDArray bounded = NDArrays.where(
                logScale.lt(Tensors.scalar(manager, LEAST_LOG_SCALE)),
                byScale.minimum(Tensors.scalar(manager, 0)),
                byScale);
        return NDArrays.concat(new NDList(slope.mul(precision).negi(), bounded), 1);
    }

    /** Makes outputs for standardized measures those for the measures. */
    private static void inUnits(LatentNetwork network, NDArray mean, NDArray deviation) {
        NDArray locations = network.outputWeight().get(":" + ConditionNetworks.MEASURES);
        NDIndex first = new NDIndex(":" + ConditionNetworks.MEASURES);
        NDIndex second = new NDIndex(ConditionNetworks.MEASURES + ":");
        network.outputWeight().set(first, locations.mul(deviation.expandDims(1)));
        network.outputBias()
                .set(first, network.outputBias().get(first).mul(deviation).add(mean));
        network.outputBias().set(second, network.outputBias().get(second).add(deviation.log()));
    }

    private static void calibrate(ConditionNetworks networks, Examples examples) {
        LatentNetwork classNetwork = networks.classNetwork();
        float[] logits = classNetwork.outputs(examples.latents()).toFloatArray();
        NDManager manager = examples.latents().getManager();
        double temperature = leastNear(t -> crossEntropy(logits, examples.labels(), networks.classes(), t));
        classNetwork.outputWeight().divi(Tensors.scalar(manager, temperature));
        classNetwork.outputBias().divi(Tensors.scalar(manager, temperature));
        int m = examples.morphologies().length;
        float[] outputs = networks.measureNetwork()
                .outputs(examples.latents().get("0:" + m))
                .toFloatArray();
        float[] logFactors = new float[2 * ConditionNetworks.MEASURES];
        for (Measure measure : Measure.values()) {
            int k = measure.ordinal();
            double[] standardized = new double[m];
            for (int i = 0; i < m; i++) {
                int row = 2 * ConditionNetworks.MEASURES * i;
                standardized[i] = Math.abs(examples.morphologies()[i].value(measure) - outputs[row + k])
                        / Math.exp(outputs[row + ConditionNetworks.MEASURES + k]);
            }
            Arrays.sort(standardized);
            logFactors[ConditionNetworks.MEASURES + k] = (float) Math.log(scaleFactor(standardized));
        }
        networks.measureNetwork().outputBias().addi(manager.create(logFactors));
    }

    /** The factor of the scale with the least of the greatest difference between the levels of central intervals and their coverages. */
    private static double scaleFactor(double[] sorted) {
        return leastNear(factor -> {
            double greatest = 0;
            for (double level : Calibration.levels()) {
                double end = factor * 2 * atanh(level);
                int at = Arrays.binarySearch(sorted, end);
                double coverage = (double) (at < 0 ? -at - 1 : at) / sorted.length;
                greatest = Math.max(greatest, Math.abs(coverage - level));
            }
            return greatest;
        });
    }

    private static double atanh(double x) {
        return Math.log((1 + x) / (1 - x)) / 2;
    }

    private static double crossEntropy(float[] logits, byte[] labels, int classes, double temperature) {
        double sum = 0;
        for (int i = 0; i < labels.length; i++) {
            double right = logits[i * classes + (labels[i] & 0xff)] / temperature;
            double odds = 0;
            for (int c = 0; c < classes; c++) {
                odds += Math.exp(logits[i * classes + c] / temperature - right);
            }
            sum += Math.log(odds);
        }
        return sum / labels.length;
    }

    /** The argument from 1/8 to 8 of least value, on a grid of steps of 1 %. */
    private static double leastNear(DoubleUnaryOperator function) {
        double best = 1;
        for (double x = 0.125; x <= 8; x *= 1.01) {
            best = function.applyAsDouble(x) < function.applyAsDouble(best) ? x : best;
        }
        return best;
    }

    private static NDArray quantiles(NDManager manager, Morphology[] images) {
        float[] quantiles = new float[ConditionNetworks.MEASURES * (ConditionNetworks.QUANTILE_STEPS + 1)];
        int next = 0;
        for (Measure measure : Measure.values()) {
            double[] sorted = Stream.of(images)
                    .mapToDouble(image -> image.value(measure))
                    .sorted()
                    .toArray();
            for (int step = 0; step <= ConditionNetworks.QUANTILE_STEPS; step++) {
                double at = (double) step / ConditionNetworks.QUANTILE_STEPS * (sorted.length - 1);
                int below = Math.min((int) at, Math.max(0, sorted.length - 2));
                int above = Math.min(below + 1, sorted.length - 1);
                quantiles[next++] = (float) (sorted[below] + (at - below) * (sorted[above] - sorted[below]));
            }
        }
        return manager.create(quantiles, new Shape(ConditionNetworks.MEASURES, ConditionNetworks.QUANTILE_STEPS + 1));
    }
}
