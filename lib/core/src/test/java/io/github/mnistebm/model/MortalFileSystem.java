package io.github.mnistebm.model;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.StandardOpenOption;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The default file system as seen by a process that is killed at a certain change. Half of that change is made if it is a write, none
 * otherwise, and no later one. A folder can be a mount point: nothing moves into or out of it.
 */
final class MortalFileSystem extends FileSystem {

    /** The death of the process: an error, since programs do not handle it. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    private final FileSystem real;
    private final Provider provider = new Provider();
    private final Path mountPoint;
    private int changesLeft;

    private MortalFileSystem(FileSystem real, Path mountPoint, int changesLeft) {
        this.real = real;
        this.mountPoint = mountPoint;
        this.changesLeft = changesLeft;
    }

    /** Returns a path of a file system that lives for a number of changes; the mount point may be null. */
    static Path path(Path real, Path mountPoint, int changes) {
        return new MortalFileSystem(real.getFileSystem(), mountPoint, changes).wrap(real);
    }

    private Path wrap(Path path) {
        return (Path) Proxy.newProxyInstance(
                MortalFileSystem.class.getClassLoader(), new Class<?>[] {Path.class}, new MortalPath(path));
    }

    private static Object unwrap(Object path) {
        return path instanceof Proxy proxy && Proxy.getInvocationHandler(proxy) instanceof MortalPath mortal
                ? mortal.real
                : path;
    }

    private static Path real(Path path) {
        return (Path) unwrap(path);
    }

    /** Counts a change; at the last one the process dies. */
    private boolean isLast() {
        return --changesLeft == 0;
    }

    private void change() {
        if (isLast() || changesLeft < 0) {
            throw new Killed();
        }
    }

    /** Passes a call on to the real path. */
    private final class MortalPath implements InvocationHandler {
        private final Path real;

        MortalPath(Path real) {
            this.real = real;
        }

        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
            if (method.getName().equals("getFileSystem")) {
                return MortalFileSystem.this;
            }
            Object[] reals = arguments == null
                    ? null
                    : Arrays.stream(arguments).map(MortalFileSystem::unwrap).toArray();
            try {
                Object result = method.invoke(real, reals);
                return result instanceof Path path ? wrap(path) : result;
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }
    }

    private final class Provider extends FileSystemProvider {

        private FileSystemProvider real() {
            return real.provider();
        }

        @Override
        public OutputStream newOutputStream(Path path, OpenOption... options) throws IOException {
            change();
            OutputStream out = real().newOutputStream(MortalFileSystem.real(path), options);
            return new OutputStream() {
                private boolean written;

                @Override
                public void write(int value) throws IOException {
                    write(new byte[] {(byte) value}, 0, 1);
                }

                @Override
                public void write(byte[] bytes, int from, int length) throws IOException {
                    // One moment within the writing of a file represents all.
                    if (!written && isLast()) {
                        out.write(bytes, from, length / 2);
                    }
                    if (changesLeft <= 0) {
                        throw new Killed();
                    }
                    written = true;
                    out.write(bytes, from, length);
                }

                @Override
                public void close() throws IOException {
                    out.close();
                }
            };
        }

        @Override
        public InputStream newInputStream(Path path, OpenOption... options) throws IOException {
            return real().newInputStream(MortalFileSystem.real(path), options);
        }

        @Override
        public SeekableByteChannel newByteChannel(
                Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException {
            if (!options.isEmpty() && !options.equals(Set.of(StandardOpenOption.READ))) {
                change();
            }
            return real().newByteChannel(MortalFileSystem.real(path), options, attributes);
        }

        @Override
        public FileChannel newFileChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
                throws IOException {
            return real().newFileChannel(MortalFileSystem.real(path), options, attributes);
        }

        @Override
        public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
            change();
            real().createDirectory(MortalFileSystem.real(folder), attributes);
        }

        @Override
        public void delete(Path path) throws IOException {
            change();
            real().delete(MortalFileSystem.real(path));
        }

        @Override
        public void move(Path from, Path to, CopyOption... options) throws IOException {
            change();
            Path source = MortalFileSystem.real(from);
            Path target = MortalFileSystem.real(to);
            if (mountPoint != null && isMounted(source) != isMounted(target)) {
                throw new AtomicMoveNotSupportedException(from.toString(), to.toString(), "another disk");
            }
            real().move(source, target, options);
        }

        private boolean isMounted(Path path) {
            return path.startsWith(mountPoint);
        }

        @Override
        public DirectoryStream<Path> newDirectoryStream(Path folder, DirectoryStream.Filter<? super Path> filter)
                throws IOException {
            List<Path> found = new ArrayList<>();
            try (DirectoryStream<Path> content =
                    real().newDirectoryStream(MortalFileSystem.real(folder), path -> true)) {
                for (Path path : content) {
                    if (filter.accept(wrap(path))) {
                        found.add(wrap(path));
                    }
                }
            }
            return new DirectoryStream<>() {
                @Override
                public Iterator<Path> iterator() {
                    return found.iterator();
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public <A extends BasicFileAttributes> A readAttributes(Path path, Class<A> type, LinkOption... options)
                throws IOException {
            return real().readAttributes(MortalFileSystem.real(path), type, options);
        }

        @Override
        public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options)
                throws IOException {
            return real().readAttributes(MortalFileSystem.real(path), attributes, options);
        }

        @Override
        public <V extends FileAttributeView> V getFileAttributeView(Path path, Class<V> type, LinkOption... options) {
            return real().getFileAttributeView(MortalFileSystem.real(path), type, options);
        }

        @Override
        public void checkAccess(Path path, AccessMode... modes) throws IOException {
            real().checkAccess(MortalFileSystem.real(path), modes);
        }

        @Override
        public Path readSymbolicLink(Path link) throws IOException {
            return wrap(real().readSymbolicLink(MortalFileSystem.real(link)));
        }

        @Override
        public boolean isSameFile(Path a, Path b) throws IOException {
            return real().isSameFile(MortalFileSystem.real(a), MortalFileSystem.real(b));
        }

        @Override
        public boolean isHidden(Path path) throws IOException {
            return real().isHidden(MortalFileSystem.real(path));
        }

        @Override
        public FileStore getFileStore(Path path) throws IOException {
            return real().getFileStore(MortalFileSystem.real(path));
        }

        @Override
        public void setAttribute(Path path, String attribute, Object value, LinkOption... options) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void copy(Path from, Path to, CopyOption... options) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String getScheme() {
            return "mortal";
        }

        @Override
        public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileSystem getFileSystem(URI uri) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Path getPath(URI uri) {
            throw new UnsupportedOperationException();
        }
    }

    @Override
    public FileSystemProvider provider() {
        return provider;
    }

    @Override
    public void close() {}

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public boolean isReadOnly() {
        return false;
    }

    @Override
    public String getSeparator() {
        return real.getSeparator();
    }

    @Override
    public Iterable<Path> getRootDirectories() {
        return real.getRootDirectories();
    }

    @Override
    public Iterable<FileStore> getFileStores() {
        return real.getFileStores();
    }

    @Override
    public Set<String> supportedFileAttributeViews() {
        return real.supportedFileAttributeViews();
    }

    @Override
    public Path getPath(String first, String... more) {
        return wrap(real.getPath(first, more));
    }

    @Override
    public PathMatcher getPathMatcher(String pattern) {
        throw new UnsupportedOperationException();
    }

    @Override
    public UserPrincipalLookupService getUserPrincipalLookupService() {
        return real.getUserPrincipalLookupService();
    }

    @Override
    public WatchService newWatchService() {
        throw new UnsupportedOperationException();
    }
}
