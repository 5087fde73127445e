package io.github.mnistebm;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each package of the application depends on packages below it only, and the commands alone print. */
@AnalyzeClasses(
        packages = {
            "io.github.mnistebm.benchmark",
            "io.github.mnistebm.cli",
            "io.github.mnistebm.experiment",
            "io.github.mnistebm.web"
        },
        importOptions = ImportOption.DoNotIncludeTests.class)
class AppLayersTest {

    /** From below. */
    private static final List<List<String>> LAYERS = List.of(
            List.of("web.http"),
            List.of("benchmark", "experiment", "web"),
            List.of("cli.terminal"),
            List.of("cli.option"),
            List.of("cli.bench"),
            List.of("cli"));

    @ArchTest
    static final ArchRule everyArrowPointsDown = Layers.fromBelow(LAYERS);

    @ArchTest
    static final ArchRule packagesFormNoCircle =
            slices().matching("io.github.mnistebm.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule onlyCommandsPrint =
            noClasses().that().resideOutsideOfPackage("..cli..").should(ACCESS_STANDARD_STREAMS);

    @ArchTest
    static final ArchRule onlyCommandsReadOptions = noClasses()
            .that()
            .resideOutsideOfPackage("..cli..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("picocli..");

    @Test
    void packagesAreSmall() throws IOException {
        Layers.assertPackagesAreSmall();
    }
}
