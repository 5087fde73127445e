package io.github.mnistebm.data;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.tensor.PyTorch;
import io.github.mnistebm.tensor.RandomSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Labelled images, such as those of digits, resident on a device as one tensor of grey values. Owns its native memory: close it.
 */
public final class DigitImages implements AutoCloseable {

    /** Rows, and columns, of an image. */
    public static final int SIDE = 28;

    /** Pixels of an image. */
    public static final int PIXELS = SIDE * SIDE;

    private final NDManager manager;
    private final NDArray grey;
    private final byte[] labels;
    private final DataSet dataSet;

    private DigitImages(NDManager manager, NDArray grey, byte[] labels, DataSet dataSet) {
        this.manager = manager;
        this.grey = grey;
        this.labels = labels;
        this.dataSet = dataSet;
    }

    /**
     * Puts images on a device. There are as many classes as the greatest label says.
     *
     * @param grey the grey values 0 to 255, row-major, {@link #PIXELS} an image
     * @param labels the labels from 0 on, as unsigned bytes, one an image
     * @param device the device
     * @return the images
     * @throws IllegalArgumentException if the two disagree in length
     */
    public static DigitImages of(byte[] grey, byte[] labels, Device device) {
        int classes = 0;
        for (byte label : labels) {
            classes = Math.max(classes, (label & 0xff) + 1);
        }
        List<String> names =
                IntStream.range(0, classes).mapToObj(String::valueOf).toList();
        return of(ByteBuffer.wrap(grey), labels.clone(), new DataSet(DataSet.ARRAYS, names, Map.of()), device);
    }

    private static DigitImages of(ByteBuffer grey, byte[] labels, DataSet dataSet, Device device) {
        if (grey.remaining() != labels.length * (long) PIXELS) {
            throw new IllegalArgumentException("expected " + labels.length * (long) PIXELS + " grey values for "
                    + labels.length + " labels, found " + grey.remaining());
        }
        NDManager manager = PyTorch.newManager(device);
        NDArray tensor = manager.create(grey, new Shape(labels.length, PIXELS), DataType.UINT8);
        NDScope.unregister(tensor);
        return new DigitImages(manager, tensor, labels, dataSet);
    }

    /**
     * Loads the training images of a folder: MNIST, or any other set in one of these forms.
     *
     * <ul>
     *   <li>Four IDX files with the names of MNIST's, compressed by gzip ({@code .gz}) or not. The names of the test files may begin
     *       with {@code test} instead of {@code t10k}. A class is a label of the training images.
     *   <li>{@code train/CLASS/*.png} and {@code test/CLASS/*.png}, with the same classes in both.
     *   <li>{@code CLASS/*.png}: every sixth image of a class, in the order of the names, is a test image.
     * </ul>
     *
     * Images are 28 × 28 pixels, light on a black background. {@link DataFolder#mnist()}, under whatever name, must hold MNIST itself:
     * its checksums are verified. No other folder's are.
     *
     * @param folder the folder
     * @param device the device of the images
     * @return the images; 60,000 of MNIST
     * @throws IOException if a file is missing, damaged or of another kind; the message names it, what was expected and what was found
     */
    public static DigitImages train(Path folder, Device device) throws IOException {
        return load(folder, DataSet.Part.TRAIN, device);
    }

    /**
     * Loads the test images of a folder, as {@link #train} does the training images.
     *
     * @param folder the folder
     * @param device the device of the images
     * @return the images; 10,000 of MNIST
     * @throws IOException if a file is missing, damaged or of another kind; the message names it, what was expected and what was found
     */
    public static DigitImages test(Path folder, Device device) throws IOException {
        return load(folder, DataSet.Part.TEST, device);
    }

    private static DigitImages load(Path folder, DataSet.Part part, Device device) throws IOException {
        LabelledImages found = LabelledImages.read(folder, part);
        return of(found.grey(), found.indices(), found.dataSet(folder), device);
    }

    /**
     * Creates an array of black and white images.
     *
     * @param manager the owner of the result
     * @param pixels 0 and 1, row by row, {@value #PIXELS} an image
     * @return unsigned bytes, {@code [n, 784]}
     */
    public static NDArray array(NDManager manager, byte[] pixels) {
        return manager.create(ByteBuffer.wrap(pixels), new Shape(pixels.length / PIXELS, PIXELS), DataType.UINT8);
    }

    /**
     * Returns how many images there are.
     *
     * @return the number n
     */
    public int size() {
        return labels.length;
    }

    /**
     * Returns the grey values; they stay this object's.
     *
     * @return unsigned bytes, {@code [n, 784]}
     */
    public NDArray grey() {
        return grey;
    }

    /**
     * Returns the first images' grey values as fractions, to be shown.
     *
     * @param count the number of images; at most n
     * @return 0 to 1, {@code [count, 784]}; this object's until it is closed unless the caller detaches it
     */
    public NDArray shades(int count) {
        try (NDArray rows = grey.get(new NDIndex().addSliceDim(0, count));
                NDArray floats = rows.toType(DataType.FLOAT32, true)) {
            return floats.div(255);
        }
    }

    /**
     * Returns the name of one image's class.
     *
     * @param index the image
     * @return the name, such as {@code "7"}
     */
    public String className(int index) {
        return dataSet.classes().get(labels[index] & 0xff);
    }

    /**
     * Returns the labels of all images: the digits of MNIST, else the indices of the classes.
     *
     * @return a copy, n unsigned bytes
     */
    public byte[] labels() {
        return labels.clone();
    }

    /**
     * Returns the identity of the set that the images come from.
     *
     * @return the name, the classes and the checksums of the whole part, whatever was left out of it
     */
    public DataSet dataSet() {
        return dataSet;
    }

    /**
     * Counts the images of each class.
     *
     * @return a row a class: its name, images
     */
    public Table counts() {
        int[] counts = new int[dataSet.classes().size()];
        for (byte label : labels) {
            counts[label & 0xff]++;
        }
        String noun = dataSet.noun();
        return Table.create(
                "images of each " + noun,
                StringColumn.create(noun, dataSet.classes()),
                IntColumn.create("images", counts));
    }

    /**
     * Returns the device that the images are on.
     *
     * @return the device
     */
    public Device device() {
        return manager.getDevice();
    }

    /**
     * Makes black and white images of all of them.
     *
     * @param binarization the rule by which grey values become 0 or 1
     * @param random the source of randomness; {@link Binarization#THRESHOLD} does not use it
     * @return unsigned bytes 0 and 1, {@code [n, 784]}; closed with this object unless the caller detaches the array
     */
    public NDArray binarized(Binarization binarization, RandomSource random) {
        return binarization.apply(grey, random);
    }

    /**
     * Creates a black and white version of every image: white where the grey value exceeds 127.
     *
     * @return unsigned bytes 0 and 1, {@code [n, 784]}; closed with this object unless the caller detaches the array
     */
    public NDArray thresholded() {
        return Binarization.threshold(grey);
    }

    /**
     * Copies the first images into an object of their own, for a quick run.
     *
     * @param count the number of images
     * @return the first {@code count} images, or all of them if there are fewer
     * @throws IllegalArgumentException if {@code count} is not positive
     */
    public DigitImages first(int count) {
        if (count <= 0) {
            throw new IllegalArgumentException("images: must be at least 1, found " + count);
        }
        int kept = Math.min(count, size());
        try (NDArray rows = grey.get(new NDIndex().addSliceDim(0, kept))) {
            return of(ByteBuffer.wrap(rows.toByteArray()), Arrays.copyOf(labels, kept), dataSet, device());
        }
    }

    /**
     * Copies some of the images into an object of their own.
     *
     * @param indices the images, each from 0 to n − 1; one may be there several times
     * @return these images, in the order of the indices
     * @throws IndexOutOfBoundsException if there is no such image
     */
    public DigitImages select(int... indices) {
        byte[] all = grey.toByteArray();
        byte[] some = new byte[Math.multiplyExact(indices.length, PIXELS)];
        byte[] itsLabels = new byte[indices.length];
        for (int i = 0; i < indices.length; i++) {
            int index = Objects.checkIndex(indices[i], labels.length);
            System.arraycopy(all, index * PIXELS, some, i * PIXELS, PIXELS);
            itsLabels[i] = labels[index];
        }
        return of(ByteBuffer.wrap(some), itsLabels, dataSet, device());
    }

    /**
     * Copies the images of all classes but one into an object of their own.
     *
     * @param label the label of the class to leave out
     * @return the others, in their order
     * @throws IllegalArgumentException if there is no such class
     */
    public DigitImages without(int label) {
        dataSet.requireLabel(label);
        return select(IntStream.range(0, labels.length)
                .filter(i -> (labels[i] & 0xff) != label)
                .toArray());
    }

    /**
     * Copies these images and the other part of the same data set into one object, on the device of these.
     *
     * @param others the images to follow these
     * @return all images; their data set has the checksums of both
     * @throws IllegalArgumentException if the classes differ
     */
    public DigitImages and(DigitImages others) {
        if (!dataSet.classes().equals(others.dataSet.classes())) {
            throw new IllegalArgumentException(
                    "images: expected the classes " + dataSet.classes() + ", found " + others.dataSet.classes());
        }
        byte[] first = grey.toByteArray();
        byte[] second = others.grey.toByteArray();
        byte[] all = Arrays.copyOf(first, Math.addExact(first.length, second.length));
        System.arraycopy(second, 0, all, first.length, second.length);
        byte[] allLabels = Arrays.copyOf(labels, labels.length + others.labels.length);
        System.arraycopy(others.labels, 0, allLabels, labels.length, others.labels.length);
        Map<String, String> checksums = new LinkedHashMap<>(dataSet.checksums());
        checksums.putAll(others.dataSet.checksums());
        return of(ByteBuffer.wrap(all), allLabels, new DataSet(dataSet.name(), dataSet.classes(), checksums), device());
    }

    @Override
    public void close() {
        manager.close();
    }
}
