package io.github.mnistebm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class HelpTest {

    private static final List<String> GROUPS =
            List.of("General", "Data", "Autoencoder", "Energy", "Sampling", "Output");

    private static String help(String command) {
        String[] words = (command + " --help").split(" ");
        CommandRun result = CommandRun.of(words);
        assertThat(result.code()).isZero();
        return result.out();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "train",
                "infer",
                "restore",
                "score",
                "evaluate",
                "serve",
                "classifier",
                "bench",
                "bench quality",
                "bench objectives",
                "bench anomaly",
                "bench restore"
            })
    void aHelpListsEachOptionInAGroupAndGivesThreeExamples(String command) {
        String help = help(command);
        CommandLine line = Main.line("");
        for (String word : command.split(" ")) {
            line = line.getSubcommands().get(word);
        }
        List<String> lines = help.lines().toList();
        line.getCommandSpec().options().stream()
                .filter(option -> !option.hidden())
                .forEach(option -> assertThat(lines)
                        .anyMatch(each -> each.matches(".*" + option.longestName() + "(=.*|\\s.*|$)")));
        assertThat(lines.stream().filter(GROUPS::contains))
                .startsWith("General")
                .isSubsetOf(GROUPS)
                .doesNotHaveDuplicates();
        assertThat(lines.subList(lines.indexOf("Examples") + 1, lines.size()))
                .hasSize(3)
                .allMatch(each -> each.startsWith("  ./environment/run " + command));
    }

    @Test
    void theGroupsOfATrainingComeInOneOrder() {
        assertThat(help("train").lines().filter(GROUPS::contains))
                .containsExactly("General", "Data", "Autoencoder", "Energy", "Output");
    }

    @Test
    void underscoresWorkButAreNotListed() {
        for (String command : List.of("train", "infer", "evaluate", "bench anomaly")) {
            assertThat(help(command)).doesNotContainPattern("--[a-z-]+_");
        }
        assertThat(CommandRun.of("infer", "--num_images", "0").err())
                .startsWith("infer: --num-images: must be at least 1");
        assertThat(CommandRun.of("infer", "--num_images=0").err())
                .startsWith("infer: --num-images: must be at least 1");
        assertThat(CommandRun.of("infer", "--out=a_b.gif").err()).startsWith("infer: --out a_b.gif:");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "infer --num-imges 3  | infer: Unknown option: '--num-imges'. Did you mean --num-images? See --help",
                "infer --num_imges=3  | infer: Unknown option: '--num-imges=3'. Did you mean --num-images? See --help",
                "train --ebm-lrr 3    | train: Unknown option: '--ebm-lrr'. Did you mean --ebm-lr? See --help",
                "train --xyz          | train: Unknown option: '--xyz'. See --help",
            })
    void aMisspelledOptionIsRecognized(String line, String message) {
        assertThat(CommandRun.of(line.split(" ")).err()).isEqualTo(message + "\n");
    }

    @Test
    void theEndOfANameMeansAllWithThatEnd() {
        assertThat(CommandRun.of("train", "--epochs=3").err())
                .contains("--auto-num-epochs", "--ebm-num-epochs", "--iwae-epochs");
    }

    @Test
    void completionsAreForTheLauncherAlone() {
        CommandRun result = CommandRun.of("completion", "./environment/run", "/a b/environment/run");
        assertThat(result.code()).isZero();
        List<String> registered = result.out()
                .lines()
                .filter(line -> line.startsWith("complete "))
                .toList();
        assertThat(registered)
                .containsExactly("complete -F _complete_run -o default './environment/run' '/a b/environment/run'");
        assertThat(Arrays.asList("--num-images", "--with-completion", "spark", "anomaly"))
                .allSatisfy(word -> assertThat(result.out()).contains(word));
        assertThat(result.out()).doesNotContain("--num_images", "--peers", "fetch-mnist", "--mnist");
    }
}
