package io.github.mnistebm.data;

import io.github.mnistebm.io.IdxFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A part of a data set as its folder holds it.
 *
 * @param images the grey values, {@code [n, 28, 28]}
 * @param indices the class of each image, an index of {@code classes}
 * @param classes the names of the classes
 * @param checksums the SHA-256 checksums of images and labels as uncompressed IDX files, by the names of MNIST's files
 */
record LabelledImages(IdxFile images, byte[] indices, List<String> classes, Map<String, String> checksums) {

    /** Takes the labels as written, {@code [n]}, for their checksum. */
    static LabelledImages of(DataSet.Part part, IdxFile images, IdxFile labels, byte[] indices, List<String> classes) {
        Map<String, String> checksums = new LinkedHashMap<>();
        checksums.put(part.images().fileName(), images.sha256());
        checksums.put(part.labels().fileName(), labels.sha256());
        return new LabelledImages(images, indices, classes, checksums);
    }

    static LabelledImages read(Path folder, DataSet.Part part) throws IOException {
        if (IdxFolder.isMnist(folder) || IdxFolder.isIn(folder)) {
            return IdxFolder.read(folder, part);
        }
        if (!Files.isDirectory(folder)) {
            throw new IOException(folder + ": expected a folder of images, found "
                    + (Files.exists(folder) ? "a file" : "nothing there"));
        }
        return PictureFolder.read(folder, part);
    }

    DataSet dataSet(Path folder) {
        Path name = folder.toAbsolutePath().normalize().getFileName();
        return DataSet.of(String.valueOf(name), classes, checksums);
    }

    ByteBuffer grey() {
        return images.values();
    }
}
