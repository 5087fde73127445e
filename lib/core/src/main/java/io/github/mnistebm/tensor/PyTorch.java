package io.github.mnistebm.tensor;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import ai.djl.util.Utils;
import io.github.mnistebm.io.DataFolder;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * DJL's PyTorch engine, started where its native libraries can be used.
 *
 * <p>DJL unpacks these libraries, 432 MB, from a jar into a folder when the engine first starts on a machine. The environment
 * variable or system property {@code ENGINE_CACHE_DIR} or {@code DJL_CACHE_DIR} names the folder. If neither is set, it is the first
 * of these that belongs to the user, has room and lets programs run: {@code .djl.ai} in the home folder, {@code .djl.ai} in the project's
 * {@linkplain DataFolder data folder}, {@code .djl.ai-} with the user's number in the folder for temporary files.
 *
 * <p>The methods may be called by several threads.
 */
public final class PyTorch {

    private static final String ENGINE_FOLDER = "ENGINE_CACHE_DIR";
    private static final String DJL_FOLDER = "DJL_CACHE_DIR";

    /** The space for the libraries, and for unpacking them. */
    private static final long NEEDED_MEGABYTES = 500;

    /** The attribute that holds the number of a file's owner. */
    private static final String OWNER = "unix:uid";

    private static final String WAY_OUT = "Name a folder of yours, with " + NEEDED_MEGABYTES
            + " MB free and not mounted noexec: " + DJL_FOLDER + "=/folder";

    /** The folders for the libraries if no variable names one, best first. */
    private static final List<Supplier<Path>> PLACES = List.of(
            () -> home().resolve(".djl.ai"),
            () -> DataFolder.path().toAbsolutePath().resolve(".djl.ai"),
            () -> Path.of(System.getProperty("java.io.tmpdir"), ".djl.ai-" + user()));

    private static final Logger LOG = LoggerFactory.getLogger(PyTorch.class);

    private PyTorch() {}

    /** A folder, and the reason why it cannot be used; null if it can. */
    private record Candidate(Path folder, String fault) {
        @Override
        public String toString() {
            return folder + ": " + fault;
        }
    }

    /** The folder of the libraries, chosen at its first use. */
    private static final class Choice {
        private static final Candidate FOLDER = choose();
    }

    /**
     * Starts the engine if it is not running yet.
     *
     * @return the running engine
     * @throws EngineException if its native libraries cannot be unpacked or loaded; the message names the folder, the cause and
     *     the way out
     */
    public static Engine start() {
        chooseFolder();
        Candidate chosen = Choice.FOLDER;
        // The start of the engine would swallow an interruption, which the caller's work must see.
        boolean interrupted = Thread.interrupted();
        try {
            return Engine.getInstance();
        } catch (EngineException | LinkageError e) {
            String cause = chosen.fault() == null ? rootCause(e) : chosen.fault();
            throw new EngineException(
                    "PyTorch's native libraries cannot be used in " + chosen.folder() + ": " + cause + ". " + WAY_OUT,
                    e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Creates a manager of arrays. Starts the engine if it is not running yet.
     *
     * @param device the device of the arrays
     * @return a manager, which the caller closes
     * @throws EngineException if the engine cannot be started
     */
    public static NDManager newManager(Device device) {
        start();
        return NDManager.newBaseManager(device);
    }

    /** Names the folder of the native libraries to DJL, for engines that are started by other means than {@link #start}. */
    public static void chooseFolder() {
        Path folder = Choice.FOLDER.folder();
        if (given().isEmpty()) {
            System.setProperty(ENGINE_FOLDER, folder.toString());
        }
        // JNA unpacks a library too, by default in the home folder.
        if (System.getProperty("jna.tmpdir") == null && !folder.startsWith(home()) && Files.isWritable(folder)) {
            System.setProperty("jna.tmpdir", folder.resolve("jna").toString());
        }
    }

    private static Optional<Path> given() {
        return Stream.of(ENGINE_FOLDER, DJL_FOLDER)
                .map(Utils::getEnvOrSystemProperty)
                .filter(value -> value != null && !value.isEmpty())
                .map(Path::of)
                .findFirst();
    }

    private static Path home() {
        return Path.of(System.getProperty("user.home"));
    }

    private static Candidate choose() {
        Optional<Path> given = given();
        if (given.isPresent()) {
            return new Candidate(given.get(), fault(given.get()));
        }
        List<Candidate> unusable = new ArrayList<>();
        for (Supplier<Path> place : PLACES) {
            Candidate candidate = new Candidate(place.get(), faultOfOwn(place.get()));
            if (candidate.fault() == null) {
                if (!unusable.isEmpty() && !holdsLibraries(candidate.folder())) {
                    LOG.warn("PyTorch's native libraries go to {}, since {}", candidate.folder(), unusable.get(0));
                }
                return candidate;
            }
            unusable.add(candidate);
        }
        return unusable.get(0);
    }

    /** Returns why a default folder cannot be used, or null. Libraries that another user can change must not be loaded. */
    private static String faultOfOwn(Path folder) {
        Path parent = folder.getParent();
        if (!folder.isAbsolute() || !Files.isDirectory(parent)) {
            return "there is no folder " + parent;
        }
        try {
            if (Files.exists(folder) && isForeign(folder)) {
                return "it belongs to " + Files.getOwner(folder).getName();
            }
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
        return fault(folder);
    }

    /** Returns whether a folder belongs neither to the user nor to the owner of its parent. */
    private static boolean isForeign(Path folder) throws IOException {
        if (!hasUserNumbers()) {
            return false;
        }
        Object owner = Files.getAttribute(folder, OWNER);
        return !owner.equals(Files.getAttribute(folder.getParent(), OWNER))
                && !owner.toString().equals(user());
    }

    private static boolean hasUserNumbers() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("unix");
    }

    /** Returns the number of the user, as a new file has it; the name on Windows and where no file can be made. */
    private static String user() {
        if (hasUserNumbers()) {
            try {
                Path probe = Files.createTempFile("user", null);
                try {
                    return Files.getAttribute(probe, OWNER).toString();
                } finally {
                    Files.delete(probe);
                }
            } catch (IOException e) {
                // The name identifies the user too.
            }
        }
        return System.getProperty("user.name");
    }

    private static String fault(Path folder) {
        if (holdsLibraries(folder)) {
            return null;
        }
        try {
            Files.createDirectories(folder);
            Path probe = Files.createTempFile(folder, "probe", null);
            try {
                // No file is executable on a file system that is mounted noexec.
                if (!probe.toFile().setExecutable(true) || !Files.isExecutable(probe)) {
                    return "no program may run there (it is mounted noexec)";
                }
            } finally {
                Files.delete(probe);
            }
            long free = Files.getFileStore(folder).getUsableSpace() >> 20;
            return free < NEEDED_MEGABYTES ? "it has " + free + " MB free of " + NEEDED_MEGABYTES + " needed" : null;
        } catch (IOException e) {
            return "it cannot be written to (" + e.getClass().getSimpleName() + ")";
        }
    }

    /** Returns whether the libraries of this version are there. DJL moves them into place as a whole. */
    private static boolean holdsLibraries(Path folder) {
        String library = Engine.getDjlVersion() + "-" + System.mapLibraryName("djl_torch");
        try (Stream<Path> versions = Files.list(folder.resolve("pytorch"))) {
            return versions.anyMatch(version -> Files.isReadable(version.resolve(library)));
        } catch (IOException e) {
            return false;
        }
    }

    private static String rootCause(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getClass().getSimpleName() + ": " + cause.getMessage();
    }
}
