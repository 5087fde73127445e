package io.github.mnistebm.benchmark;

import ai.djl.engine.Engine;
import com.google.gson.reflect.TypeToken;
import io.github.mnistebm.io.Json;
import io.github.mnistebm.model.DigitModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The results of a benchmark, with what they depend on.
 *
 * @param machine the processor, its cores, the system
 * @param ours the versions of this library, of Java and of DJL
 * @param versions those of the peers' libraries, by name
 * @param torchEbmVersions the same of the interpreter of TorchEBM
 * @param rounds the number of times that each row was measured, where it is not a whole training
 * @param results the comparisons
 */
public record SpeedReport(
        Map<String, String> machine,
        Map<String, String> ours,
        Map<String, String> versions,
        Map<String, String> torchEbmVersions,
        int rounds,
        List<SpeedBenchmark.Result> results) {

    /** Returns the processor, the number of its cores and the system. */
    static Map<String, String> thisMachine() {
        Map<String, String> machine = new LinkedHashMap<>();
        machine.put("processor", processor());
        machine.put("cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
        machine.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        return machine;
    }

    /** Returns the versions of this library, of Java and of DJL. */
    static Map<String, String> ourVersions() {
        Map<String, String> versions = new LinkedHashMap<>();
        String library = DigitModel.class.getPackage().getImplementationVersion();
        versions.put("mnist-ebm", library == null ? "development" : library);
        versions.put("java", Runtime.version().toString());
        versions.put("djl", Engine.getDjlVersion());
        return versions;
    }

    private static String processor() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"), StandardCharsets.ISO_8859_1)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .orElse("unknown");
        } catch (IOException e) {
            // Another system than Linux.
            return "unknown";
        }
    }

    /** Asks an interpreter for the versions of its libraries. */
    static Map<String, String> versions(Path python, Path peers) throws IOException {
        Process process = new ProcessBuilder(
                        python.toString(), peers.resolve("peer.py").toString(), "versions")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Map<String, String> versions = Json.COMPACT.fromJson(answer, new TypeToken<LinkedHashMap<String, String>>() {});
        if (versions == null) {
            throw new IOException(python + ": expected the versions of its libraries, found nothing");
        }
        return versions;
    }
}
