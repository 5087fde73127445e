package io.github.mnistebm.data;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.mnistebm.io.IdxFile;
import io.github.mnistebm.tensor.PyTorch;
import io.github.mnistebm.tensor.RandomSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;

/**
 * Labelled images of digits, resident on a device as one tensor of grey values. Owns its native memory: close it.
 */
public final class DigitImages implements AutoCloseable {

    /** Rows, and columns, of an image. */
    public static final int SIDE = 28;

    /** Pixels of an image. */
    public static final int PIXELS = SIDE * SIDE;

    private final NDManager manager;
    private final NDArray grey;
    private final byte[] labels;
    private final Map<String, String> checksums;

    private DigitImages(NDManager manager, NDArray grey, byte[] labels, Map<String, String> checksums) {
        this.manager = manager;
        this.grey = grey;
        this.labels = labels;
        this.checksums = checksums;
    }

    /**
     * Puts images on a device.
     *
     * @param grey the grey values 0 to 255, row-major, {@link #PIXELS} an image
     * @param labels the digits 0 to 9, one an image
     * @param device the device
     * @return the images
     * @throws IllegalArgumentException if the two disagree in length, or a label is not a digit
     */
    public static DigitImages of(byte[] grey, byte[] labels, Device device) {
        return of(ByteBuffer.wrap(grey), labels.clone(), Map.of(), device);
    }

    private static DigitImages of(ByteBuffer grey, byte[] labels, Map<String, String> checksums, Device device) {
        if (grey.remaining() != labels.length * (long) PIXELS) {
            throw new IllegalArgumentException("expected " + labels.length * (long) PIXELS + " grey values for "
                    + labels.length + " labels, found " + grey.remaining());
        }
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] < 0 || labels[i] > 9) {
                throw new IllegalArgumentException("label " + i + ": expected 0 to 9, found " + (labels[i] & 0xff));
            }
        }
        NDManager manager = PyTorch.newManager(device);
        NDArray tensor = manager.create(grey, new Shape(labels.length, PIXELS), DataType.UINT8);
        NDScope.unregister(tensor);
        return new DigitImages(manager, tensor, labels, checksums);
    }

    /**
     * Loads MNIST's training images.
     *
     * @param folder the folder of the four files
     * @param device the device of the images
     * @return 60,000 images
     * @throws IOException if a file is missing, truncated, or not MNIST's
     */
    public static DigitImages train(Path folder, Device device) throws IOException {
        return load(folder, MnistFile.TRAIN_IMAGES, MnistFile.TRAIN_LABELS, device);
    }

    /**
     * Loads MNIST's test images.
     *
     * @param folder the folder of the four files
     * @param device the device of the images
     * @return 10,000 images
     * @throws IOException if a file is missing, truncated, or not MNIST's
     */
    public static DigitImages test(Path folder, Device device) throws IOException {
        return load(folder, MnistFile.TEST_IMAGES, MnistFile.TEST_LABELS, device);
    }

    private static DigitImages load(Path folder, MnistFile imageFile, MnistFile labelFile, Device device)
            throws IOException {
        // The lengths first: "the file holds 41253 images" says more to a user than a checksum does.
        IdxFile images = read(folder, imageFile, "images", new int[] {imageFile.count(), SIDE, SIDE});
        IdxFile labels = read(folder, labelFile, "labels", new int[] {labelFile.count()});
        Map<String, String> checksums = new LinkedHashMap<>();
        for (MnistFile file : List.of(imageFile, labelFile)) {
            file.verify(folder.resolve(file.fileName()));
            checksums.put(file.fileName(), file.sha256());
        }
        byte[] digits = new byte[labels.values().remaining()];
        labels.values().get(digits);
        return of(images.values(), digits, Collections.unmodifiableMap(checksums), device);
    }

    private static IdxFile read(Path folder, MnistFile file, String what, int[] shape) throws IOException {
        IdxFile idx = IdxFile.read(folder.resolve(file.fileName()), what);
        if (!Arrays.equals(idx.shape(), shape)) {
            throw new IOException(file.fileName() + ": expected " + what + " of shape " + Arrays.toString(shape)
                    + ", found " + Arrays.toString(idx.shape()) + ". Delete it and run ./environment/run setup");
        }
        return idx;
    }

    /**
     * Makes an array of black and white images.
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
     * Returns one image's digit.
     *
     * @param index the image
     * @return 0 to 9
     */
    public int label(int index) {
        return labels[index];
    }

    /**
     * Returns the digits of all images.
     *
     * @return a copy, n values of 0 to 9
     */
    public byte[] labels() {
        return labels.clone();
    }

    /**
     * Returns the checksums of the files that the images come from.
     *
     * @return the SHA-256 checksums in hexadecimal digits, by file name; empty for images given as arrays
     */
    public Map<String, String> checksums() {
        return checksums;
    }

    /**
     * Counts the images of each digit.
     *
     * @return a table of 10 rows: digit, images
     */
    public Table counts() {
        int[] counts = new int[10];
        for (byte label : labels) {
            counts[label]++;
        }
        return Table.create(
                "images of each digit",
                IntColumn.create("digit", 0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
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
     * @param binarization how
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
            return of(ByteBuffer.wrap(rows.toByteArray()), Arrays.copyOf(labels, kept), checksums, device());
        }
    }

    /**
     * Copies the images of all digits but one into an object of their own.
     *
     * @param digit the digit to leave out, 0 to 9
     * @return the others, in their order
     * @throws IllegalArgumentException if {@code digit} is none
     */
    public DigitImages without(int digit) {
        if (digit < 0 || digit > 9) {
            throw new IllegalArgumentException("digit: expected 0 to 9, found " + digit);
        }
        byte[] all = grey.toByteArray();
        byte[] kept = new byte[all.length];
        byte[] keptLabels = new byte[labels.length];
        int count = 0;
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] != digit) {
                System.arraycopy(all, i * PIXELS, kept, count * PIXELS, PIXELS);
                keptLabels[count++] = labels[i];
            }
        }
        return of(ByteBuffer.wrap(kept, 0, count * PIXELS), Arrays.copyOf(keptLabels, count), checksums, device());
    }

    @Override
    public void close() {
        manager.close();
    }
}
