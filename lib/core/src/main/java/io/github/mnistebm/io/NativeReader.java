package io.github.mnistebm.io;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;

/** Reads files into native memory, which the engine makes a tensor of as it is. */
final class NativeReader {

    private NativeReader() {}

    /**
     * Reads a range of a file.
     *
     * @param channel the file
     * @param name its name, for messages
     * @param position the start of the range
     * @param length its bytes
     * @return the bytes, in big-endian order until another is asked for
     * @throws EOFException if the file ends before
     */
    static ByteBuffer read(SeekableByteChannel channel, String name, long position, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(length);
        channel.position(position);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes) < 0) {
                throw new EOFException(name + ": became shorter while it was read");
            }
        }
        return bytes.flip();
    }
}
