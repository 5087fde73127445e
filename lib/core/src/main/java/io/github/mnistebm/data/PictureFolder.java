package io.github.mnistebm.data;

import io.github.mnistebm.io.IdxFile;
import io.github.mnistebm.io.PictureFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A data set in a folder of PNG files for each class: {@code train/CLASS/*.png} and {@code test/CLASS/*.png}, or {@code CLASS/*.png}, of
 * which every sixth in the order of the names tests. Pixels keep their lightness, as in MNIST, where the background is black. The images
 * are shuffled, always in the same way, so that the first ones are of all classes.
 */
final class PictureFolder {

    private static final int TESTS = 6;
    private static final int SHUFFLE_SEED = 1;

    /** Numbers in their order, then names. */
    private static final Comparator<Path> BY_NAME = Comparator.comparing(PictureFolder::number)
            .thenComparing(path -> path.getFileName().toString());

    private PictureFolder() {}

    /** A file, and the index of its class. */
    private record Labelled(Path file, int label) {}

    static LabelledImages read(Path folder, DataSet.Part part) throws IOException {
        boolean split = Files.isDirectory(folder.resolve(DataSet.Part.TRAIN.folder()))
                && Files.isDirectory(folder.resolve(DataSet.Part.TEST.folder()));
        Path root = split ? folder.resolve(part.folder()) : folder;
        List<Path> classes = classes(root);
        List<String> names = names(classes);
        if (split) {
            DataSet.Part other = part == DataSet.Part.TRAIN ? DataSet.Part.TEST : DataSet.Part.TRAIN;
            List<String> others = names(classes(folder.resolve(other.folder())));
            if (!names.equals(others)) {
                throw new IOException(folder + ": expected the same classes in train and test, found " + names + " in "
                        + part.folder() + " and " + others + " in " + other.folder());
            }
        }
        List<Labelled> files = new ArrayList<>();
        for (int label = 0; label < classes.size(); label++) {
            List<Path> pictures = pictures(classes.get(label), split ? 1 : TESTS);
            for (int i = 0; i < pictures.size(); i++) {
                boolean tests = i % TESTS == TESTS - 1;
                if (split || tests == (part == DataSet.Part.TEST)) {
                    files.add(new Labelled(pictures.get(i), label));
                }
            }
        }
        Collections.shuffle(files, new Random(SHUFFLE_SEED));
        return read(part, files, names);
    }

    private static LabelledImages read(DataSet.Part part, List<Labelled> files, List<String> names) throws IOException {
        int n = files.size();
        ByteBuffer grey = ByteBuffer.allocateDirect(Math.multiplyExact(n, DigitImages.PIXELS));
        byte[] labels = new byte[n];
        try {
            IntStream.range(0, n).parallel().forEach(i -> {
                labels[i] = (byte) files.get(i).label();
                grey.put(i * DigitImages.PIXELS, grey(files.get(i).file()));
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        IdxFile images = new IdxFile(new int[] {n, DigitImages.SIDE, DigitImages.SIDE}, grey);
        IdxFile written = new IdxFile(new int[] {n}, ByteBuffer.wrap(labels));
        return LabelledImages.of(part, images, written, labels, names);
    }

    private static byte[] grey(Path file) {
        try {
            PictureFile picture = PictureFile.read(file);
            if (picture.width() != DigitImages.SIDE || picture.height() != DigitImages.SIDE) {
                throw new IOException(
                        file + ": expected 28 × 28 pixels, found " + picture.width() + " × " + picture.height());
            }
            return picture.grey();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> classes(Path root) throws IOException {
        List<Path> entries = entries(root);
        List<Path> classes = entries.stream().filter(Files::isDirectory).toList();
        if (classes.isEmpty()) {
            throw new IOException(root + ": expected IDX files (" + MnistFile.TRAIN_IMAGES.fileName()
                    + " and so on) or a folder of PNG files for each class, found "
                    + (entries.isEmpty() ? "nothing" : entries.get(0).getFileName()));
        }
        if (classes.size() > DataSet.MAX_CLASSES) {
            throw new IOException(
                    root + ": expected at most " + DataSet.MAX_CLASSES + " classes, found " + classes.size());
        }
        return classes;
    }

    private static List<String> names(List<Path> classes) {
        return classes.stream().map(path -> path.getFileName().toString()).toList();
    }

    private static List<Path> pictures(Path folder, int least) throws IOException {
        List<Path> files = entries(folder);
        for (Path file : files) {
            if (!file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".png")) {
                throw new IOException(file + ": expected PNG files only in a class's folder");
            }
        }
        if (files.size() < least) {
            throw new IOException(folder + ": expected at least " + least + " PNG files"
                    + (least > 1 ? ", of which every sixth tests" : "") + ", found " + files.size());
        }
        return files;
    }

    /** Returns the content of a folder but for hidden files, in order. */
    private static List<Path> entries(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(path -> !path.getFileName().toString().startsWith("."))
                    .sorted(BY_NAME)
                    .toList();
        }
    }

    private static long number(Path path) {
        String name = path.getFileName().toString().replaceFirst("\\.[^.]*$", "");
        return name.matches("\\d{1,18}") ? Long.parseLong(name) : Long.MAX_VALUE;
    }
}
