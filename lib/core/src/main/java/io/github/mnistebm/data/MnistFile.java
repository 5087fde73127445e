package io.github.mnistebm.data;

import io.github.mnistebm.io.Sha256;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The four files of MNIST (LeCun, Cortes &amp; Burges 1998), uncompressed, with the checksums that distinguish them from
 * damaged or other ones.
 */
public enum MnistFile {
    /** 60,000 training images. */
    TRAIN_IMAGES(
            "train-images-idx3-ubyte",
            60_000,
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            "train_data"),
    /** 60,000 training labels. */
    TRAIN_LABELS(
            "train-labels-idx1-ubyte",
            60_000,
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            "train_labels"),
    /** 10,000 test images. */
    TEST_IMAGES(
            "t10k-images-idx3-ubyte",
            10_000,
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            "test_data"),
    /** 10,000 test labels. */
    TEST_LABELS(
            "t10k-labels-idx1-ubyte",
            10_000,
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
            "test_labels");

    private final String fileName;
    private final int count;
    private final String sha256;
    private final String repositoryItem;

    MnistFile(String fileName, int count, String sha256, String repositoryItem) {
        this.fileName = fileName;
        this.count = count;
        this.sha256 = sha256;
        this.repositoryItem = repositoryItem;
    }

    /**
     * Returns the file's name, the one LeCun gave it.
     *
     * @return the name without a folder
     */
    public String fileName() {
        return fileName;
    }

    /**
     * Returns how many images or labels the file holds.
     *
     * @return the count
     */
    public int count() {
        return count;
    }

    /**
     * Returns the SHA-256 of the uncompressed file.
     *
     * @return 64 hexadecimal digits
     */
    public String sha256() {
        return sha256;
    }

    /** The name that DJL's data set repository gives this file. */
    String repositoryItem() {
        return repositoryItem;
    }

    /**
     * Returns the names of the four files.
     *
     * @return names without a folder
     */
    public static List<String> names() {
        return Stream.of(values()).map(MnistFile::fileName).toList();
    }

    /** Returns whether a checksum is that of the file of a name. */
    static boolean isSum(String fileName, String sum) {
        for (MnistFile file : values()) {
            if (file.fileName.equals(fileName)) {
                return file.sha256.equals(sum);
            }
        }
        return false;
    }

    /**
     * Checks a copy of this file against its checksum.
     *
     * @param file the copy
     * @throws IOException if it cannot be read or is another file
     */
    public void verify(Path file) throws IOException {
        require(Sha256.of(file));
    }

    void require(String found) throws IOException {
        if (!found.equals(sha256)) {
            throw new IOException(fileName + ": expected sha256 " + sha256 + ", found " + found
                    + ". Delete it and run ./environment/run setup");
        }
    }
}
