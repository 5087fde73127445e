package io.github.mnistebm;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The kernel's extension knows the charts, and not the other way about. */
@AnalyzeClasses(
        packages = {"io.github.mnistebm.notebook", "io.github.mnistebm.plot"},
        importOptions = ImportOption.DoNotIncludeTests.class)
class NotebookLayersTest {

    @ArchTest
    static final ArchRule everyArrowPointsDown = Layers.fromBelow(List.of(List.of("plot"), List.of("notebook")));

    @ArchTest
    static final ArchRule chartsPrintNothing = ArchRuleDefinition.noClasses()
            .that()
            .resideInAPackage("..plot..")
            .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS);

    @Test
    void packagesAreSmall() throws IOException {
        Layers.assertPackagesAreSmall();
    }
}
