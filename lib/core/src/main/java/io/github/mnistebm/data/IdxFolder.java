package io.github.mnistebm.data;

import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.io.IdxFile;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A data set in four IDX files with the names of MNIST's, each perhaps with {@code .gz} added. Those of the test images may begin with
 * {@code test} instead of {@code t10k}. The default folder of MNIST must hold MNIST; every other folder may hold any images.
 */
final class IdxFolder {

    private static final String AGAIN = ". Delete it and run ./environment/run setup";

    private IdxFolder() {}

    /** Returns whether a folder holds one of the files. */
    static boolean isIn(Path folder) {
        return Stream.of(MnistFile.values()).anyMatch(file -> Files.exists(find(folder, file)));
    }

    /** Returns whether a folder is the default one of MNIST, under whatever name. */
    static boolean isMnist(Path folder) {
        Path mnist = DataFolder.mnist();
        try {
            return Files.isSameFile(folder, mnist);
        } catch (IOException e) {
            return folder.toAbsolutePath()
                    .normalize()
                    .equals(mnist.toAbsolutePath().normalize());
        }
    }

    static LabelledImages read(Path folder, DataSet.Part part) throws IOException {
        if (!isMnist(folder)) {
            return readAny(folder, part);
        }
        try {
            // The lengths first: "the file holds 41253 images" says more to a user than a checksum does.
            LabelledImages found = readAny(folder, part);
            requireCount(
                    find(folder, part.images()),
                    found.images().shape()[0],
                    part.images().count(),
                    "images,");
            for (MnistFile file : List.of(part.images(), part.labels())) {
                file.require(found.checksums().get(file.fileName()));
            }
            return found;
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (IOException e) {
            String remedy = e.getCause() instanceof NoSuchFileException ? ". Run ./environment/run setup" : AGAIN;
            throw e.getMessage().endsWith(remedy) ? e : new IOException(e.getMessage() + remedy, e);
        }
    }

    private static LabelledImages readAny(Path folder, DataSet.Part part) throws IOException {
        Path imageFile = find(folder, part.images());
        IdxFile images = IdxFile.read(imageFile, "images");
        int[] shape = images.shape();
        if (shape.length != 3 || shape[1] != DigitImages.SIDE || shape[2] != DigitImages.SIDE) {
            throw new IOException(imageFile.getFileName() + ": expected images of shape [n, 28, 28], found "
                    + Arrays.toString(shape));
        }
        IdxFile trainLabels = labels(folder, MnistFile.TRAIN_LABELS);
        IdxFile labels = part == DataSet.Part.TRAIN ? trainLabels : labels(folder, MnistFile.TEST_LABELS);
        Path labelFile = find(folder, part.labels());
        requireCount(labelFile, labels.shape()[0], shape[0], "labels, as there are images,");
        int[] present = new int[DataSet.MAX_CLASSES];
        for (int i = 0; i < trainLabels.shape()[0]; i++) {
            present[trainLabels.values().get(i) & 0xff] = 1;
        }
        int[] values = IntStream.range(0, present.length)
                .filter(label -> present[label] == 1)
                .toArray();
        byte[] indices = new byte[shape[0]];
        for (int i = 0; i < indices.length; i++) {
            int label = labels.values().get(i) & 0xff;
            int index = Arrays.binarySearch(values, label);
            if (index < 0) {
                throw new IOException(
                        labelFile.getFileName() + ": label " + i + ": expected one of the training labels, " + values[0]
                                + " to " + values[values.length - 1] + ", found " + label);
            }
            indices[i] = (byte) index;
        }
        List<String> classes = IntStream.of(values).mapToObj(String::valueOf).toList();
        return LabelledImages.of(part, images, labels, indices, classes);
    }

    private static IdxFile labels(Path folder, MnistFile file) throws IOException {
        Path found = find(folder, file);
        IdxFile labels = IdxFile.read(found, "labels");
        if (labels.shape().length != 1) {
            throw new IOException(
                    found.getFileName() + ": expected labels of shape [n], found " + Arrays.toString(labels.shape()));
        }
        return labels;
    }

    private static void requireCount(Path file, int found, int expected, String what) throws IOException {
        if (found != expected) {
            throw new IOException(file.getFileName() + ": expected " + expected + " " + what + " found " + found);
        }
    }

    /** Returns the file that is there under one of its names; if none is, the first name. */
    private static Path find(Path folder, MnistFile file) {
        String name = file.fileName();
        String other = name.replaceFirst("^t10k", "test");
        return Stream.of(name, name + ".gz", other, other + ".gz")
                .map(folder::resolve)
                .filter(Files::exists)
                .findFirst()
                .orElse(folder.resolve(name));
    }
}
