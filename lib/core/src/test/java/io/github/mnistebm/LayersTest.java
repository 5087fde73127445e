package io.github.mnistebm;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import java.util.List;
import java.util.stream.IntStream;

/** Each package depends on packages below it only. */
@AnalyzeClasses(packages = "io.github.mnistebm", importOptions = ImportOption.DoNotIncludeTests.class)
class LayersTest {

    /** From below. */
    private static final List<List<String>> LAYERS = List.of(
            List.of("io", "diagnostics"),
            List.of("tensor"),
            List.of("data", "density", "training"),
            List.of("picture", "sampling.host"),
            List.of("sampling"),
            List.of("autoencoder", "energy"),
            List.of("model"),
            List.of("evaluation"));

    @ArchTest
    static final ArchRule everyArrowPointsDown = layers();

    @ArchTest
    static final ArchRule packagesFormNoCircle =
            slices().matching("io.github.mnistebm.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule loopsKnowNoTensors = noClasses()
            .that()
            .resideInAPackage("..sampling.host")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("ai.djl..");

    @ArchTest
    static final ArchRule theCoreNeitherServesNorPrompts = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.javalin..", "org.eclipse.jetty..", "org.jfree..", "picocli..", "org.slf4j.simple..");

    private static LayeredArchitecture layers() {
        LayeredArchitecture layers = layeredArchitecture().consideringOnlyDependenciesInLayers();
        for (String name : LAYERS.stream().flatMap(List::stream).toList()) {
            layers = layers.layer(name).definedBy("io.github.mnistebm." + name);
        }
        for (int level = 0; level < LAYERS.size(); level++) {
            for (String name : LAYERS.get(level)) {
                String[] above = IntStream.range(level + 1, LAYERS.size())
                        .mapToObj(LAYERS::get)
                        .flatMap(List::stream)
                        .toArray(String[]::new);
                layers = above.length == 0
                        ? layers.whereLayer(name).mayNotBeAccessedByAnyLayer()
                        : layers.whereLayer(name).mayOnlyBeAccessedByLayers(above);
            }
        }
        return layers.ensureAllClassesAreContainedInArchitecture();
    }
}
