package io.github.mnistebm;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Rules on packages, for the modules. */
public final class Layers {

    private static final String ROOT = "io.github.mnistebm.";
    private static final int MOST_CLASSES = 12;
    private static final String REASON = "More than a dozen classes: ";

    private Layers() {}

    /** Returns the rule that each package depends only on packages in layers below its own. */
    public static LayeredArchitecture fromBelow(List<List<String>> packages) {
        LayeredArchitecture layers = layeredArchitecture().consideringOnlyDependenciesInLayers();
        for (String name : packages.stream().flatMap(List::stream).toList()) {
            layers = layers.layer(name).definedBy(ROOT + name);
        }
        for (int level = 0; level < packages.size(); level++) {
            for (String name : packages.get(level)) {
                String[] above = IntStream.range(level + 1, packages.size())
                        .mapToObj(packages::get)
                        .flatMap(List::stream)
                        .toArray(String[]::new);
                layers = above.length == 0
                        ? layers.whereLayer(name).mayNotBeAccessedByAnyLayer()
                        : layers.whereLayer(name).mayOnlyBeAccessedByLayers(above);
            }
        }
        return layers;
    }

    /** Fails if a package of the module under test has more than twelve classes, and no reason for it in its package-info. */
    public static void assertPackagesAreSmall() throws IOException {
        Path sources = Path.of("src", "main", "java");
        try (Stream<Path> folders = Files.walk(sources).filter(Files::isDirectory)) {
            for (Path folder : folders.toList()) {
                Path description = folder.resolve("package-info.java");
                long classes = classes(folder);
                assertThat(classes <= MOST_CLASSES
                                || Files.readString(description).contains(REASON))
                        .as(
                                "%s: %d classes. Expected at most %d, or \"%s…\" in %s",
                                sources.relativize(folder), classes, MOST_CLASSES, REASON, description)
                        .isTrue();
            }
        }
    }

    private static long classes(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".java") && !name.equals("package-info.java"))
                    .count();
        }
    }
}
