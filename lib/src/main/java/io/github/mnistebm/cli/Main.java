package io.github.mnistebm.cli;

import ai.djl.engine.Engine;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/** The entry point of the command line. */
@Command(
        name = "run",
        description = "Energy-based models of handwritten digits.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        subcommands = {
            TrainCommand.class,
            InferCommand.class,
            RestoreCommand.class,
            ScoreCommand.class,
            ServeCommand.class,
            EvaluateCommand.class,
            BenchCommand.class,
            ClassifierCommand.class,
            FetchMnistCommand.class
        })
public final class Main {

    private static final int FAILURE = 1;
    private static final int USAGE = 2;

    private Main() {}

    /**
     * Runs a command and ends the process with its exit code: 0 if all went well, 1 if it could not be done, 2 if the
     * arguments are wrong, 130 after Ctrl-C, which interrupts the command so that it ends by itself.
     *
     * @param arguments the command and its options
     */
    public static void main(String[] arguments) {
        // Loads PyTorch, 0.3 s, while the arguments are read. What fails here fails again where it is told.
        CompletableFuture.runAsync(Engine::getInstance);
        Interruption.listen();
        int code = execute(arguments);
        System.exit(Interruption.happened() ? Interruption.EXIT_CODE : code);
    }

    /**
     * Runs a command.
     *
     * @param arguments the command and its options
     * @return the exit code
     */
    static int execute(String... arguments) {
        CommandLine line = new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(true)
                .setParameterExceptionHandler((e, args) -> usageError(e))
                .setExecutionExceptionHandler((e, command, result) -> {
                    command.getErr().println(command.getCommandName() + ": " + Messages.of(e));
                    return FAILURE;
                });
        if (arguments.length == 0) {
            line.usage(line.getErr());
            return USAGE;
        }
        try {
            return line.execute(arguments);
        } catch (OutOfMemoryError e) {
            line.getErr()
                    .println("run: out of memory (" + e.getMessage() + "). Try fewer --chains, or smaller networks");
            return FAILURE;
        }
    }

    private static int usageError(ParameterException e) {
        CommandLine command = e.getCommandLine();
        String message = e.getMessage().lines().findFirst().orElse("");
        command.getErr().println(command.getCommandName() + ": " + message + ". See --help");
        return USAGE;
    }

    /** Reads the version from the jar. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"MNIST-EBM for Java " + (version == null ? "(not from a jar)" : version)};
        }
    }
}
