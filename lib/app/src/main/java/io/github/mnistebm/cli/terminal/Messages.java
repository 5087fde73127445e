package io.github.mnistebm.cli.terminal;

import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** The one-line messages that users see of exceptions. */
public final class Messages {

    private Messages() {}

    public static String of(Throwable e) {
        if (e instanceof ClosedByInterruptException) {
            return "interrupted";
        }
        if (e instanceof FileSystemException file) {
            // Their message is nothing but the file's name.
            if (e instanceof NoSuchFileException) {
                return file.getFile() + ": no such file or folder";
            }
            if (e instanceof AccessDeniedException) {
                return file.getFile() + ": permission denied";
            }
            if (e instanceof FileAlreadyExistsException) {
                return file.getFile() + ": is there already";
            }
        }
        String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        return e.getMessage() == null || message.isBlank() ? e.getClass().getSimpleName() : message;
    }
}
