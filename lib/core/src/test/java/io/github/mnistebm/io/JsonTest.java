package io.github.mnistebm.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.Strictness;
import io.github.mnistebm.InEveryLocale;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JsonTest {

    /** Takes what RFC 8259 allows, as Python, JavaScript and others do, and nothing else. */
    private static final Gson STRICT =
            new GsonBuilder().setStrictness(Strictness.STRICT).create();

    private record Result(String work, double rate, Double ratio, float[] rows) {}

    @InEveryLocale
    void numbersAreWrittenUnchanged() {
        Result result = new Result("a < b", 1234.5, 0.1, new float[] {0.1f, 1e-9f});
        assertThat(Json.COMPACT.toJson(result))
                .isEqualTo("{\"work\":\"a < b\",\"rate\":1234.5,\"ratio\":0.1,\"rows\":[0.1,1.0E-9]}");
    }

    @Test
    void valuesThatAreNotFiniteAreWrittenAsNull() {
        Result result = new Result("a", Double.NaN, Double.NEGATIVE_INFINITY, new float[] {1, Float.NaN});
        assertThat(Json.COMPACT.toJson(result))
                .isEqualTo("{\"work\":\"a\",\"rate\":null,\"ratio\":null,\"rows\":[1.0,null]}");
    }

    @Test
    void valuesInMapsThatAreNotFiniteAreWrittenAsNull() {
        Map<String, Object> results = new LinkedHashMap<>();
        results.put("R-hat", Double.POSITIVE_INFINITY);
        results.put("seeds", List.of(1, 2));
        results.put("shares", List.of(Map.of("share", Double.NaN)));
        assertThat(Json.COMPACT.toJson(results))
                .isEqualTo("{\"R-hat\":null,\"seeds\":[1,2],\"shares\":[{\"share\":null}]}");
    }

    @Test
    void nullIsReadAsNaN() {
        Result result = Json.COMPACT.fromJson("{\"rate\":null,\"ratio\":2,\"rows\":[null,3]}", Result.class);
        assertThat(result.rate()).isNaN();
        assertThat(result.ratio()).isEqualTo(2);
        assertThat(result.rows()).containsExactly(Float.NaN, 3);
    }

    static Stream<Path> filesOfTheProject() throws IOException {
        Path root = DataFolder.path().toAbsolutePath().getParent();
        try (Stream<Path> data = Files.list(DataFolder.path());
                Stream<Path> notebooks = Files.list(root.resolve("notebooks"))) {
            return Stream.of(
                    data.toList().stream(),
                    notebooks.toList().stream(),
                    Stream.of(DataFolder.pretrained(), DataFolder.pretrainedSeed())
                            .map(folder -> folder.resolve("model.json")),
                    Stream.of(root.resolve("lib/app/src/main/resources/web/openapi.json")))
                    .flatMap(files -> files)
                    .filter(file -> file.toString().matches(".*\\.(json|ipynb)"))
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("filesOfTheProject")
    void everyFileOfTheProjectIsStrictJson(Path file) throws IOException {
        String text = Files.readString(file);
        assertThatCode(() -> STRICT.fromJson(text, JsonElement.class)).doesNotThrowAnyException();
    }
}
