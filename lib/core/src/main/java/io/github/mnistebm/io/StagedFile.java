package io.github.mnistebm.io;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.Optional;

/**
 * A file that is written under a temporary name beside its place until it is complete: a full disk or a kill leaves the file that was
 * there before. The next process takes over the remains of a killed one. Writing to a link writes the file that it leads to. Writing
 * to a pipe or a device is direct.
 *
 * <p>Not safe for use by several threads; several files of one name may be written at once, and the last one to be complete stays.
 */
public final class StagedFile implements AutoCloseable {

    private static final int BUFFER = 1 << 16;
    private static final int MAX_LINKS = 40;
    /** The longest part of a file's name in its temporary name, which must not become too long for the file system. */
    private static final int MAX_NAME = 50;

    private final Path target;
    private final ByteOrder order;
    /** The file under its temporary name; null if the target is written directly. */
    private final LockedFile part;

    private final OutputStream out;
    private boolean moved;

    /** The content of a file. */
    @FunctionalInterface
    public interface Content {

        /**
         * Writes the content.
         *
         * @param out the stream to write to; need not be closed
         * @throws IOException if it cannot be written
         */
        void writeTo(OutputStream out) throws IOException;
    }

    private StagedFile(Path file, ByteOrder order) throws IOException {
        this.target = followed(file);
        this.order = order;
        this.part = isStream(target) ? null : part(target);
        this.out = new BufferedOutputStream(part == null ? Files.newOutputStream(target) : part.emptied(), BUFFER);
    }

    /**
     * Checks, before a long job, that a file can be written. Writes nothing itself, so that a kill leaves nothing.
     *
     * @param file the path of the file
     * @throws IOException if the folder is missing, or the file cannot be written
     */
    public static void requireWritable(Path file) throws IOException {
        Path target = followed(file);
        if (!isStream(target)) {
            folderOfPart(target);
        }
    }

    /** Returns the file that links lead to. Links into {@code /proc} are not followed, since their targets need not be paths. */
    private static Path followed(Path file) throws IOException {
        Path path = file.toAbsolutePath();
        for (int links = 0; Files.isSymbolicLink(path); links++) {
            if (links == MAX_LINKS) {
                throw new FileSystemException(file + ": is a link that leads to itself");
            }
            path = path.resolveSibling(Files.readSymbolicLink(path));
            if (isSystems(path)) {
                return file.toAbsolutePath();
            }
        }
        return path;
    }

    private static boolean isSystems(Path path) {
        return path.startsWith("/proc") || path.startsWith("/dev");
    }

    private static boolean isStream(Path path) {
        return Files.isSymbolicLink(path)
                || isSystems(path)
                || Files.exists(path) && !Files.isRegularFile(path) && !Files.isDirectory(path);
    }

    /** Returns the folder that a file's content is written in until it is complete. Fails if the file cannot be written. */
    private static Path folderOfPart(Path target) throws IOException {
        Path folder = target.getParent();
        if (Files.isDirectory(target)) {
            throw new IOException(target + ": expected a file's name, found a folder");
        }
        if (!Files.isDirectory(folder)) {
            throw new NoSuchFileException(folder.toString());
        }
        if (Files.exists(target) && !Files.isWritable(target)) {
            throw new AccessDeniedException(target.toString());
        }
        if (Files.exists(target) && !Files.isWritable(folder)) {
            // The file may be written and its folder may not, such as a file that is mounted into a container.
            folder = Path.of(System.getProperty("java.io.tmpdir"));
        }
        if (!Files.isWritable(folder)) {
            throw new AccessDeniedException(folder.toString());
        }
        return folder;
    }

    /** Opens a part. The files of createTempFile would be readable for their owner alone, and every kill would leave one more. */
    private static LockedFile part(Path target) throws IOException {
        Path folder = folderOfPart(target);
        String name = target.getFileName().toString();
        String start = name.substring(0, Math.min(name.length(), MAX_NAME));
        for (int i = 1; ; i++) {
            Optional<LockedFile> open = LockedFile.open(folder.resolve("." + start + ".mnist-ebm-" + i + ".part"));
            if (open.isPresent()) {
                return open.get();
            }
        }
    }

    /**
     * Writes a file.
     *
     * @param file the file to write; its folder must be there
     * @param content the content
     * @throws IOException if it cannot be written; a file that was there before is then still there
     */
    public static void write(Path file, Content content) throws IOException {
        try (StagedFile staged = new StagedFile(file, ByteOrder.nativeOrder())) {
            content.writeTo(staged.out);
            staged.moveIntoPlace();
        }
    }

    /**
     * Writes a text as UTF-8.
     *
     * @param file the file to write; its folder must be there
     * @param text the content
     * @throws IOException if it cannot be written; a file that was there before is then still there
     */
    public static void write(Path file, String text) throws IOException {
        write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Opens a file for values of a byte order.
     *
     * @param header the first bytes
     * @param target the file to write; its folder must be there
     * @param order the byte order of numbers
     * @return the file, which is not in its place yet; close it
     * @throws IOException if it cannot be written
     */
    public static StagedFile startingWith(byte[] header, Path target, ByteOrder order) throws IOException {
        StagedFile file = new StagedFile(target, order);
        try {
            file.write(header);
            return file;
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    /**
     * Writes bytes.
     *
     * @param values the bytes
     * @throws IOException if they cannot be written
     */
    public void write(byte[] values) throws IOException {
        out.write(values);
    }

    /**
     * Writes numbers, in the byte order of the file.
     *
     * @param values the numbers
     * @throws IOException if they cannot be written
     */
    public void write(float[] values) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(order);
        bytes.asFloatBuffer().put(values);
        out.write(bytes.array());
    }

    /**
     * Copies the content to a stream.
     *
     * @param stream the stream to write to; stays open
     * @throws IOException if the content cannot be read or written
     */
    public void copyTo(OutputStream stream) throws IOException {
        out.flush();
        part.copyTo(stream);
    }

    /**
     * Ends the writing and moves the file to its place.
     *
     * @throws IOException if it cannot be moved; a file that was there before is then still there
     */
    public void moveIntoPlace() throws IOException {
        out.flush();
        if (part == null) {
            return;
        }
        boolean replaces = Files.exists(target);
        if (replaces) {
            part.force();
            copyPermissions(target, part.path());
        }
        try {
            Files.move(part.path(), target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            moved = true;
        } catch (FileSystemException e) {
            if (!replaces) {
                throw e;
            }
            overwrite();
        }
    }

    /** Writes over the target, which is a mount point or lies in a folder that may not be written. */
    private void overwrite() throws IOException {
        long needed = part.size() - Files.size(target);
        long room = Files.getFileStore(target).getUsableSpace();
        if (room < needed) {
            throw new IOException(target + ": expected " + needed + " bytes of free space, found " + room);
        }
        try (OutputStream stream = Files.newOutputStream(target)) {
            part.copyTo(stream);
        }
    }

    private static void copyPermissions(Path from, Path to) throws IOException {
        PosixFileAttributeView source = Files.getFileAttributeView(from, PosixFileAttributeView.class);
        PosixFileAttributeView destination = Files.getFileAttributeView(to, PosixFileAttributeView.class);
        if (source != null && destination != null) {
            destination.setPermissions(source.readAttributes().permissions());
        }
    }

    @Override
    public void close() throws IOException {
        if (part == null) {
            out.close();
            return;
        }
        try {
            // The part must go before its lock is free for others.
            if (!moved) {
                Files.deleteIfExists(part.path());
            }
        } finally {
            part.close();
        }
    }
}
