package io.github.mnistebm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mnistebm.io.DataFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line as a process of its own, since the virtual machine takes its locale from its start. */
class LocalesTest {

    private static final List<Locale> ELSEWHERE = Stream.of("ar-EG", "de-DE", "tr-TR", "th-TH")
            .map(Locale::forLanguageTag)
            .toList();

    @TempDir
    private Path folder;

    /** Runs a command; returns what it prints. */
    private static String printed(Locale locale, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Duser.language=" + locale.getLanguage(),
                "-Duser.country=" + locale.getCountry(),
                "-Dai.djl.offline=true",
                "-D" + DataFolder.PROPERTY + "=" + DataFolder.path(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    @Test
    void scoresAreWrittenInEnglish() throws Exception {
        String[] command = {"score", "--model", DataFolder.pretrained().toString(), "--digits", "0"};
        String expected = printed(Locale.US, command);
        assertThat(expected).containsPattern("\\d\\.\\d");
        for (Locale locale : ELSEWHERE) {
            assertThat(printed(locale, command)).as("%s", locale).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"digits.npz", "digits.IDX"})
    void imagesAreTheSameBytes(String name) throws Exception {
        byte[] expected = drawn(Locale.US, name);
        for (Locale locale : ELSEWHERE) {
            assertThat(drawn(locale, name)).as("%s", locale).isEqualTo(expected);
        }
    }

    private byte[] drawn(Locale locale, String name) throws IOException, InterruptedException {
        Path file = Files.createDirectories(folder.resolve(locale.toString())).resolve(name);
        String model = DataFolder.pretrained().toString();
        printed(locale, "infer", "--model", model, "--num-images", "2", "--steps", "2", "--out", file.toString());
        return Files.readAllBytes(file);
    }
}
