package io.github.mnistebm.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads files of unknown origin. A pipe would block, a device would not end, and a forged file would fill the memory. */
public final class RegularFiles {

    private RegularFiles() {}

    /**
     * Fails unless a path leads to a regular file.
     *
     * @param file the path; links are followed
     * @throws NoSuchFileException if nothing is there
     * @throws IOException if it leads to a folder, a pipe or a device; the message names the path
     */
    public static void require(Path file) throws IOException {
        if (Files.isRegularFile(file)) {
            return;
        }
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString());
        }
        throw new IOException(file + ": expected a file, found a "
                + (Files.isDirectory(file) ? "folder" : "pipe, a device or the like"));
    }

    /**
     * Reads a small text.
     *
     * @param file the file
     * @param maxBytes the greatest number of bytes that it may hold
     * @return its content
     * @throws NoSuchFileException if the file is missing
     * @throws java.nio.charset.CharacterCodingException if it is not UTF-8
     * @throws IOException if it is not a regular file, or holds more
     */
    public static String text(Path file, int maxBytes) throws IOException {
        require(file);
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(maxBytes + 1);
            if (bytes.length > maxBytes) {
                throw new IOException(file + ": expected at most " + maxBytes + " bytes, the file holds more");
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        }
    }
}
