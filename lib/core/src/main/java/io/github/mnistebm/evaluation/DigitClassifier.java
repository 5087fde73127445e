package io.github.mnistebm.evaluation;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import ai.djl.util.Pair;
import com.google.gson.JsonParseException;
import io.github.mnistebm.data.DataSet;
import io.github.mnistebm.data.DigitImages;
import io.github.mnistebm.data.MiniBatches;
import io.github.mnistebm.data.MnistFile;
import io.github.mnistebm.io.Json;
import io.github.mnistebm.io.TensorFile;
import io.github.mnistebm.tensor.Autograd;
import io.github.mnistebm.tensor.Cancellation;
import io.github.mnistebm.tensor.PyTorch;
import io.github.mnistebm.tensor.RandomSource;
import io.github.mnistebm.tensor.Scope;
import io.github.mnistebm.tensor.Tensors;
import io.github.mnistebm.training.Adam;
import io.github.mnistebm.training.CosineSchedule;
import io.github.mnistebm.training.FlatParameters;
import io.github.mnistebm.training.TrainingHistory;
import io.github.mnistebm.training.TrainingListener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A convolutional classifier of binary images: two layers of 5×5 convolutions (16 and 32 channels) with max pooling, a
 * hidden layer of {@value #FEATURES} units whose values serve as features, a logit for each class. Owns its parameters: close it.
 */
public final class DigitClassifier implements AutoCloseable {

    /** The number of features. */
    public static final int FEATURES = 64;

    /** The history's phase. */
    public static final String PHASE = "classifier";

    /** Mean cross-entropy of the epoch's training images in nats; a column of the history. */
    public static final String TRAIN_LOSS = "train loss";

    /** Share of test images read rightly; a column of the history. */
    public static final String TEST_ACCURACY = "test accuracy";

    private static final long ROWS_AT_ONCE = 500;
    private static final int BATCH = 128;
    private static final double LEARNING_RATE = 2e-3;

    private static final String NAME = "dataSet";
    private static final String CLASSES = "classes";

    private final DataSet dataSet;
    private final NDManager manager;
    private final Block features;
    private final Block head;
    private final FlatParameters parameters;
    private final ParameterStore store;

    private DigitClassifier(DataSet dataSet, Device device) {
        this.dataSet = dataSet;
        manager = PyTorch.newManager(device);
        features = new SequentialBlock()
                .add(convolution(16))
                .add(Activation::relu)
                .add(Pool.maxPool2dBlock(new Shape(2, 2), new Shape(2, 2)))
                .add(convolution(32))
                .add(Activation::relu)
                .add(Pool.maxPool2dBlock(new Shape(2, 2), new Shape(2, 2)))
                .add(Blocks.batchFlattenBlock())
                .add(Linear.builder().setUnits(FEATURES).build())
                .add(Activation::relu);
        head = Linear.builder().setUnits(dataSet.classes().size()).build();
        initialize(features, new Shape(1, 1, DigitImages.SIDE, DigitImages.SIDE));
        initialize(head, new Shape(1, FEATURES));
        parameters = FlatParameters.of(manager, features, head);
        store = parameters.store();
    }

    private static Block convolution(int channels) {
        return Conv2d.builder()
                .setKernelShape(new Shape(5, 5))
                .setFilters(channels)
                .build();
    }

    private void initialize(Block block, Shape input) {
        block.setInitializer(Initializer.ZEROS, Parameter.Type.WEIGHT);
        block.initialize(manager, DataType.FLOAT32, input);
    }

    /**
     * Trains a classifier on thresholded images.
     *
     * @param train the training images
     * @param test the images that the accuracy is measured on
     * @param epochs passes over the training images; at least 1
     * @param seed the seed of the random numbers
     * @param listener the listener to the batches and epochs
     * @return the classifier
     * @throws IllegalArgumentException if there are fewer than two classes
     * @throws java.util.concurrent.CancellationException if the thread is interrupted; it stays so
     */
    public static DigitClassifier train(
            DigitImages train, DigitImages test, int epochs, int seed, TrainingListener listener) {
        if (train.dataSet().classes().size() < 2) {
            throw new IllegalArgumentException("classifier: expected images of at least 2 classes, found those of "
                    + train.dataSet().classes().size());
        }
        RandomSource random = RandomSource.of(seed);
        DigitClassifier classifier = new DigitClassifier(train.dataSet(), train.device());
        try {
            classifier.parameters.drawWeights(random);
            classifier.fit(train, test, epochs, random, listener);
            return classifier;
        } catch (RuntimeException | Error e) {
            classifier.close();
            throw e;
        }
    }

    private void fit(DigitImages train, DigitImages test, int epochs, RandomSource random, TrainingListener listener) {
        TrainingHistory history = TrainingHistory.of(PHASE, TRAIN_LOSS, TEST_ACCURACY);
        int batchSize = Math.min(BATCH, train.size());
        CosineSchedule schedule = new CosineSchedule(LEARNING_RATE, (long) epochs * (train.size() / batchSize));
        long updates = 0;
        try (NDManager working = NDManager.newBaseManager(train.device());
                Adam adam = new Adam(parameters.values());
                NDArray rows = withLabels(working, train);
                NDArray total = Tensors.scalar(working, 0)) {
            for (int epoch = 1; epoch <= epochs; epoch++) {
                try (MiniBatches batches = MiniBatches.shuffled(rows, batchSize, random)) {
                    for (int batch = 0; batch < batches.count(); batch++) {
                        Cancellation.check();
                        try (NDScope update = new NDScope()) {
                            update.suppressNotUsedWarning();
                            FlatParameters.Leaves leaves = parameters.leaves(features, head);
                            total.addi(backward(batches.get(batch), leaves.store()));
                            adam.update(leaves.gradients(), schedule.rate(updates++));
                        }
                        listener.batchDone(PHASE, epoch, epochs, batch + 1, batches.count());
                    }
                    history.add(total.getFloat() / batches.count(), accuracy(test));
                    Tensors.clear(total);
                }
                listener.epochDone(history);
            }
        }
    }

    /** Thresholded images with their label as one more column, so that batches keep the two together. */
    private static NDArray withLabels(NDManager manager, DigitImages images) {
        return Scope.computeOwned(
                () -> manager.create(ByteBuffer.wrap(images.labels()), new Shape(images.size(), 1), DataType.UINT8)
                        .concat(images.thresholded(), 1));
    }

    private NDArray backward(NDArray labelledRows, ParameterStore leaves) {
        NDArray images = labelledRows.get(new NDIndex(":,1:"));
        NDArray labels = labelledRows.get(new NDIndex(":,0")).toType(DataType.INT64, false);
        return Autograd.differentiated(() -> {
            NDArray logProbabilities = forward(head, forward(features, asPictures(images), leaves), leaves)
                    .logSoftmax(1);
            NDArray hits = labels.oneHot(dataSet.classes().size()).mul(logProbabilities);
            return hits.sum(new int[] {1}).mean().neg();
        });
    }

    private static NDArray asPictures(NDArray images) {
        return images.toType(DataType.FLOAT32, false).reshape(-1, 1, DigitImages.SIDE, DigitImages.SIDE);
    }

    private NDArray forward(Block block, NDArray input) {
        return forward(block, input, store);
    }

    private static NDArray forward(Block block, NDArray input, ParameterStore store) {
        return block.forward(store, new NDList(input), false).singletonOrThrow();
    }

    /**
     * Computes the features of images.
     *
     * @param images 0 and 1, of any data type, {@code [n, 784]}
     * @return {@code [n, 64]}, attached to the manager of the images
     */
    public NDArray features(NDArray images) {
        return Tensors.mapInParts(images, ROWS_AT_ONCE, part -> forward(features, asPictures(part)));
    }

    /**
     * Reads images.
     *
     * @param images 0 and 1, of any data type, {@code [n, 784]}
     * @return the probability of each class, {@code [n, classes]}, attached to the manager of the images
     */
    public NDArray probabilities(NDArray images) {
        return Tensors.mapInParts(images, ROWS_AT_ONCE, part -> forward(head, forward(features, asPictures(part)))
                .softmax(1));
    }

    /**
     * Returns the most probable class of each image.
     *
     * @param images 0 and 1, of any data type, {@code [n, 784]}
     * @return the labels, n unsigned bytes
     */
    public byte[] read(NDArray images) {
        return Scope.compute(() ->
                probabilities(images).argMax(1).toType(DataType.UINT8, false).toByteArray());
    }

    /**
     * Measures the accuracy on thresholded images.
     *
     * @param images labelled images
     * @return the share that is read rightly
     */
    public double accuracy(DigitImages images) {
        try (NDArray binary = images.thresholded()) {
            return accuracy(binary, images.labels());
        }
    }

    /**
     * Measures the accuracy on images.
     *
     * @param images 0 and 1, of any data type, {@code [n, 784]}
     * @param labels the labels, n unsigned bytes
     * @return the share that is read rightly
     */
    public double accuracy(NDArray images, byte[] labels) {
        byte[] read = read(images);
        int right = 0;
        for (int i = 0; i < read.length; i++) {
            right += read[i] == labels[i] ? 1 : 0;
        }
        return (double) right / read.length;
    }

    /**
     * Returns the set that the classifier was trained on.
     *
     * @return its name, its classes and the checksums of its training images
     */
    public DataSet dataSet() {
        return dataSet;
    }

    /**
     * Saves the classifier.
     *
     * @param file a safetensors file, with the data set and a checksum
     * @throws IOException if it cannot be written; a file that was there before is then still there
     */
    public void save(Path file) throws IOException {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put(NAME, dataSet.name());
        metadata.put(CLASSES, Json.COMPACT.toJson(dataSet.classes()));
        metadata.putAll(dataSet.checksums());
        TensorFile.writeChecked(file, named(), metadata);
    }

    /**
     * Loads a classifier.
     *
     * @param file a safetensors file
     * @param device the device of its arrays
     * @return the classifier
     * @throws IOException if the file is missing or damaged
     */
    public static DigitClassifier load(Path file, Device device) throws IOException {
        DigitClassifier classifier = new DigitClassifier(dataSet(file), device);
        try (NDManager reading = classifier.manager.newSubManager()) {
            Map<String, NDArray> named = classifier.named();
            Map<String, Shape> shapes = new LinkedHashMap<>();
            named.forEach((name, parameter) -> shapes.put(name, parameter.getShape()));
            TensorFile.read(file, shapes)
                    .arrays(reading)
                    .forEach((name, tensor) -> Tensors.copy(tensor, named.get(name)));
            return classifier;
        } catch (IOException | RuntimeException e) {
            classifier.close();
            throw e;
        }
    }

    /** Reads the data set of a file. Its damage shows when the tensors are read. */
    private static DataSet dataSet(Path file) throws IOException {
        Map<String, String> metadata = TensorFile.metadata(file);
        Map<String, String> checksums = new LinkedHashMap<>(metadata);
        checksums.keySet().retainAll(MnistFile.names());
        try {
            String[] classes = Json.COMPACT.fromJson(metadata.get(CLASSES), String[].class);
            if (classes == null || classes.length < 2) {
                throw new IOException(
                        file.getFileName() + ": expected a classifier with the names of its classes, found"
                                + " none. Train it anew: ./environment/run classifier");
            }
            return new DataSet(metadata.get(NAME), List.of(classes), checksums);
        } catch (JsonParseException | NullPointerException e) {
            throw new IOException(file.getFileName() + ": damaged: the names of the classes cannot be read", e);
        }
    }

    private Map<String, NDArray> named() {
        Map<String, NDArray> named = new LinkedHashMap<>();
        int layer = 0;
        for (Block block : new Block[] {features, head}) {
            for (Pair<String, Parameter> parameter : block.getParameters()) {
                boolean bias = parameter.getValue().getType() == Parameter.Type.BIAS;
                named.put(
                        layer + (bias ? ".bias" : ".weight"),
                        parameter.getValue().getArray());
                layer += bias ? 1 : 0;
            }
        }
        return named;
    }

    @Override
    public void close() {
        manager.close();
    }
}
