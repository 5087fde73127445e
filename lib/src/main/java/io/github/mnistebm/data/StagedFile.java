package io.github.mnistebm.data;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Bytes and floats on their way into a file, under a temporary name beside it until they are complete. */
final class StagedFile implements AutoCloseable {

    private final Path target;
    private final Path part;
    private final ByteOrder order;
    private final OutputStream out;

    private StagedFile(Path target, ByteOrder order) throws IOException {
        this.target = target.toAbsolutePath();
        // Not createTempFile, whose files only their owner may read.
        this.part = this.target.resolveSibling(
                "." + target.getFileName() + "." + ProcessHandle.current().pid() + ".part");
        this.order = order;
        this.out = new BufferedOutputStream(Files.newOutputStream(part), 1 << 16);
    }

    static StagedFile startingWith(byte[] header, Path target, ByteOrder order) throws IOException {
        StagedFile file = new StagedFile(target, order);
        try {
            file.write(header);
            return file;
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    void write(byte[] values) throws IOException {
        out.write(values);
    }

    void write(float[] values) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(order);
        bytes.asFloatBuffer().put(values);
        out.write(bytes.array());
    }

    /** Ends the writing and copies the content to a stream. */
    void copyTo(OutputStream stream) throws IOException {
        out.close();
        Files.copy(part, stream);
    }

    /** Ends the writing and puts the file in place. */
    void moveIntoPlace() throws IOException {
        out.close();
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void close() throws IOException {
        try {
            out.close();
        } finally {
            Files.deleteIfExists(part);
        }
    }
}
