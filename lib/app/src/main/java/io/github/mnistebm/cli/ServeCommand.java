package io.github.mnistebm.cli;

import ai.djl.Device;
import io.github.mnistebm.cli.option.DataOption;
import io.github.mnistebm.cli.option.DeviceOption;
import io.github.mnistebm.cli.terminal.Interruption;
import io.github.mnistebm.io.DataFolder;
import io.github.mnistebm.model.ModelFolder;
import io.github.mnistebm.web.DigitServer;
import io.github.mnistebm.web.ServerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jline.utils.Signals;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Serves the web page until a signal stops it. */
@Command(
        name = "serve",
        description = {
            "Serves a web page that draws, restores and scores images, and the same for programs (/openapi.json).",
            "Ctrl-C or SIGTERM end it, after the jobs that it has accepted."
        },
        footerHeading = "%nExamples%n",
        footer = {
            "  ./environment/run serve",
            "  ./environment/run serve --port 0 --model models/twelve",
            "  ./environment/run serve --host 0.0.0.0"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ServeCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = ServerConfig.LOOPBACK,
            description =
                    "The address or name to bind to; 0.0.0.0 lets all other machines in, without a password. Default: ${DEFAULT-VALUE}.")
    private String host;

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "8080",
            description = "The port; 0 takes a free one. Default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(
            names = "--model",
            paramLabel = "DIR",
            description = {
                "A model's folder, served under the folder's name; may be given several times. The first is the default.",
                "The bundled models (default, seed) and data/model (own) are served too."
            })
    private List<Path> folders = List.of();

    @Mixin
    private DataOption data;

    @Mixin
    private DeviceOption device;

    @Override
    public Integer call() throws IOException {
        Map<String, Path> models = models();
        Device where = device.resolve();
        ServerConfig config;
        try {
            config = new ServerConfig(host, port, models, data.folder(), where);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
        }
        CountDownLatch stopped = new CountDownLatch(1);
        Signals.register("TERM", stopped::countDown);
        try (DigitServer server = DigitServer.start(config)) {
            System.out.println("models: " + String.join(", ", models.keySet()));
            if (server.isPublic()) {
                System.out.println("open: other machines can reach it, without a password");
            }
            System.out.println("serving: " + server.uri());
            try {
                stopped.await();
            } catch (InterruptedException e) {
                Interruption.shield();
            }
            System.out.println("stopping: waiting for accepted jobs");
        }
        return 0;
    }

    private Map<String, Path> models() {
        Map<String, Path> models = new LinkedHashMap<>();
        for (Path folder : folders) {
            String name = String.valueOf(folder.toAbsolutePath().normalize().getFileName());
            if (models.put(name, folder) != null) {
                throw new ParameterException(
                        spec.commandLine(), "--model " + folder + ": another model is called " + name + " too");
            }
        }
        models.putIfAbsent("default", DataFolder.pretrained());
        models.putIfAbsent("seed", DataFolder.pretrainedSeed());
        if (ModelFolder.isIn(DataFolder.model())) {
            models.putIfAbsent("own", DataFolder.model());
        }
        return models;
    }
}
