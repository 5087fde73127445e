package io.github.mnistebm.io;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A file that one holder at a time has open, in this process or in another one. The system releases it when the holder dies. A free
 * file is therefore the remains of a killed process, and a held one belongs to a running process.
 */
public final class LockedFile implements AutoCloseable {

    /**
     * The files that this process has, by their keys. The locks of the system belong to a process, not to a thread, and are lost when
     * any of its channels is closed. A channel that is kept here is not collected, so that no other file gets the key of one that was deleted.
     */
    private static final Map<Object, FileChannel> HELD = new HashMap<>();

    private final Path path;
    private final Object key;
    private final FileChannel channel;

    private LockedFile(Path path, Object key, FileChannel channel) {
        this.path = path;
        this.key = key;
        this.channel = channel;
    }

    /**
     * Opens a file, and creates it if it is missing. Its content stays.
     *
     * @param path the file
     * @return the open file; empty if another holder has it, if it is not a regular file, or if it was there before and its file
     *     system cannot lock files
     * @throws IOException if it cannot be opened
     */
    public static Optional<LockedFile> open(Path path) throws IOException {
        synchronized (HELD) {
            while (true) {
                boolean made = false;
                try {
                    Files.createFile(path);
                    made = true;
                } catch (FileAlreadyExistsException e) {
                    if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                        return Optional.empty();
                    }
                }
                try {
                    Object key = key(path);
                    if (HELD.containsKey(key)) {
                        return Optional.empty();
                    }
                    FileChannel channel = FileChannel.open(
                            path, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
                    if (!isLocked(channel, made)) {
                        channel.close();
                        return Optional.empty();
                    }
                    // The former holder may have moved or deleted it before the lock was free.
                    if (Files.exists(path) && key(path).equals(key)) {
                        HELD.put(key, channel);
                        return Optional.of(new LockedFile(path, key, channel));
                    }
                    channel.close();
                } catch (NoSuchFileException e) {
                    // The file was deleted meanwhile.
                }
            }
        }
    }

    /**
     * Returns whether this process has a file open. Such a file must not be opened in another way, which would release it.
     *
     * @param path the file
     * @return true if this process has the file open
     * @throws IOException if the file cannot be found
     */
    public static boolean isHeldHere(Path path) throws IOException {
        synchronized (HELD) {
            return HELD.containsKey(key(path));
        }
    }

    private static boolean isLocked(FileChannel channel, boolean made) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (IOException e) {
            // This file system has no locks.
            return made;
        }
    }

    /** Returns the identity of a file, which is the same for every path that leads to it. */
    private static Object key(Path path) throws IOException {
        Object key = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
        return key == null ? path.toRealPath() : key;
    }

    /**
     * Empties the file.
     *
     * @return a stream into the file, which need not be closed
     * @throws IOException if it cannot be written
     */
    public OutputStream emptied() throws IOException {
        channel.truncate(0);
        return Channels.newOutputStream(channel);
    }

    /**
     * Copies the content. Another channel on the file must not be opened: its end would release the lock.
     *
     * @param out the stream to write to
     * @throws IOException if the file cannot be read or the stream not written
     */
    public void copyTo(OutputStream out) throws IOException {
        WritableByteChannel target = Channels.newChannel(out);
        long size = channel.size();
        for (long position = 0; position < size; ) {
            position += channel.transferTo(position, size - position, target);
        }
    }

    /**
     * Returns the size of the file.
     *
     * @return the number of bytes
     * @throws IOException if the size cannot be read
     */
    public long size() throws IOException {
        return channel.size();
    }

    /**
     * Waits until all that was written is on the disk.
     *
     * @throws IOException if the disk fails
     */
    public void force() throws IOException {
        channel.force(true);
    }

    /**
     * Returns the file.
     *
     * @return the path by which it was opened
     */
    public Path path() {
        return path;
    }

    /** Releases the file, which stays. */
    @Override
    public void close() throws IOException {
        synchronized (HELD) {
            channel.close();
            HELD.remove(key);
        }
    }
}
