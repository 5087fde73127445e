package io.github.mnistebm.data;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The identity of a labelled set of images.
 *
 * @param name {@value #MNIST} if the checksums are MNIST's, else the name of the folder; {@value #ARRAYS} for images given as arrays
 * @param classes the names of the classes, in the order of the labels
 * @param checksums the SHA-256 checksums in hexadecimal digits of the images and labels as uncompressed IDX files, by the names of
 *     MNIST's files; empty for images given as arrays
 */
public record DataSet(String name, List<String> classes, Map<String, String> checksums) {

    /** The name of MNIST. */
    public static final String MNIST = "MNIST";

    /** The name of a set that does not come from files. */
    public static final String ARRAYS = "arrays";

    /** The most classes, since a label is a byte. */
    static final int MAX_CLASSES = 256;

    /** The images that train, or those that test. */
    enum Part {
        TRAIN("train", MnistFile.TRAIN_IMAGES, MnistFile.TRAIN_LABELS),
        TEST("test", MnistFile.TEST_IMAGES, MnistFile.TEST_LABELS);

        private final String folder;
        private final MnistFile images;
        private final MnistFile labels;

        Part(String folder, MnistFile images, MnistFile labels) {
            this.folder = folder;
            this.images = images;
            this.labels = labels;
        }

        String folder() {
            return folder;
        }

        MnistFile images() {
            return images;
        }

        MnistFile labels() {
            return labels;
        }
    }

    /** Keeps copies of the collections. */
    public DataSet {
        classes = List.copyOf(classes);
        checksums = Collections.unmodifiableMap(new LinkedHashMap<>(checksums));
    }

    /** Returns the identity of images from a folder of that name. */
    static DataSet of(String folder, List<String> classes, Map<String, String> checksums) {
        String other = folder.equals(MNIST) ? "another " + MNIST : folder;
        return new DataSet(isMnist(checksums) ? MNIST : other, classes, checksums);
    }

    /**
     * Returns whether checksums are MNIST's. Other data cannot have them.
     *
     * @param checksums checksums by the names of MNIST's files
     * @return true if there is one, and all are MNIST's
     */
    public static boolean isMnist(Map<String, String> checksums) {
        return !checksums.isEmpty()
                && checksums.entrySet().stream().allMatch(entry -> MnistFile.isSum(entry.getKey(), entry.getValue()));
    }

    /**
     * Returns whether the images are MNIST's digits.
     *
     * @return true if the checksums are MNIST's
     */
    public boolean isMnist() {
        return isMnist(checksums);
    }

    /**
     * Returns the word for a class.
     *
     * @return {@code digit} for MNIST, else {@code class}
     */
    public String noun() {
        return isMnist() ? "digit" : "class";
    }

    /**
     * Returns whether checksums contradict those of this set.
     *
     * @param others checksums by the names of MNIST's files
     * @return true if a file is in both and has different checksums
     */
    public boolean differsFrom(Map<String, String> others) {
        return checksums.entrySet().stream()
                .anyMatch(entry -> others.containsKey(entry.getKey())
                        && !others.get(entry.getKey()).equals(entry.getValue()));
    }

    /**
     * Checks a label.
     *
     * @param label the label
     * @throws IllegalArgumentException if no class has it
     */
    public void requireLabel(int label) {
        if (label < 0 || label >= classes.size()) {
            throw new IllegalArgumentException("label: expected 0 to " + (classes.size() - 1) + ", found " + label);
        }
    }
}
