package io.github.mnistebm.io;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The orientation of a camera, which it writes into a JPEG file instead of turning the picture (Exif 2.32, sections 4.5 and 4.6.4). */
final class ExifOrientation {

    private static final int UPRIGHT = 1;
    private static final int JPEG_START = 0xFFD8;
    private static final int SCAN_START = 0xFFDA;
    private static final int APPLICATION_1 = 0xFFE1;
    private static final long EXIF = 0x457869660000L;
    private static final int TAG = 0x0112;
    private static final int ENTRY_BYTES = 12;

    private ExifOrientation() {}

    /** Returns the orientation of a JPEG file's bytes, 1 to 8; 1, which is upright, if they have none. */
    static int of(byte[] bytes) {
        try {
            ByteBuffer file = ByteBuffer.wrap(bytes);
            if ((file.getShort() & 0xffff) != JPEG_START) {
                return UPRIGHT;
            }
            while (true) {
                int marker = file.getShort() & 0xffff;
                int length = file.getShort() & 0xffff;
                if (marker == SCAN_START) {
                    return UPRIGHT;
                }
                int next = file.position() + length - Short.BYTES;
                if (marker == APPLICATION_1 && ((long) file.getInt() << 16 | file.getShort() & 0xffff) == EXIF) {
                    return ofTiff(file.slice());
                }
                file.position(next);
            }
        } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException e) {
            // The reader of the pixels reports a file that ends early.
            return UPRIGHT;
        }
    }

    private static int ofTiff(ByteBuffer tiff) {
        tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int directory = tiff.getInt(4);
        int entries = tiff.getShort(directory) & 0xffff;
        for (int i = 0; i < entries; i++) {
            int entry = directory + Short.BYTES + i * ENTRY_BYTES;
            if ((tiff.getShort(entry) & 0xffff) == TAG) {
                int orientation = tiff.getShort(entry + 8);
                return orientation >= 1 && orientation <= 8 ? orientation : UPRIGHT;
            }
        }
        return UPRIGHT;
    }
}
