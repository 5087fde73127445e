package io.github.mnistebm;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each package depends on packages below it only. */
@AnalyzeClasses(packages = "io.github.mnistebm", importOptions = ImportOption.DoNotIncludeTests.class)
class LayersTest {

    /** From below. */
    private static final List<List<String>> LAYERS = List.of(
            List.of("io", "diagnostics"),
            List.of("tensor"),
            List.of("data", "density", "training"),
            List.of("picture", "sampling.host", "morphology", "landscape"),
            List.of("sampling"),
            List.of("autoencoder", "energy.objective"),
            List.of("energy", "condition"),
            List.of("model"),
            List.of("evaluation.likelihood"),
            List.of("evaluation"),
            List.of("evaluation.anomaly", "evaluation.restoration"));

    @ArchTest
    static final ArchRule everyArrowPointsDown = Layers.fromBelow(LAYERS).ensureAllClassesAreContainedInArchitecture();

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

    @ArchTest
    static final ArchRule theCorePrintsNothing = NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

    @Test
    void packagesAreSmall() throws IOException {
        Layers.assertPackagesAreSmall();
    }
}
