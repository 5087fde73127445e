package io.github.mnistebm.cli;

import com.sun.jna.Function;
import com.sun.jna.Platform;
import io.github.mnistebm.cli.bench.BenchCommand;
import io.github.mnistebm.cli.option.GroupedHelp;
import io.github.mnistebm.cli.option.Misspelling;
import io.github.mnistebm.cli.option.Options;
import io.github.mnistebm.cli.terminal.Interruption;
import io.github.mnistebm.cli.terminal.Messages;
import io.github.mnistebm.tensor.PyTorch;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The entry point of the command line. */
@Command(
        name = "run",
        description = "Energy-based models of images of 28 × 28 pixels, such as handwritten digits.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class)
public final class Main {

    private static final Map<String, Class<?>> COMMANDS = commands();

    /** The options that ask for a text. */
    private static final Set<String> TEXTS = Set.of("-h", "--help", "-V", "--version", "completion");

    /** The exit code of a command that could not do its work. */
    static final int FAILURE = 1;

    private static final int USAGE = 2;

    private Main() {}

    private static Map<String, Class<?>> commands() {
        Map<String, Class<?>> commands = new LinkedHashMap<>();
        commands.put("train", TrainCommand.class);
        commands.put("infer", InferCommand.class);
        commands.put("restore", RestoreCommand.class);
        commands.put("score", ScoreCommand.class);
        commands.put("serve", ServeCommand.class);
        commands.put("evaluate", EvaluateCommand.class);
        commands.put("bench", BenchCommand.class);
        commands.put("classifier", ClassifierCommand.class);
        commands.put("fetch-mnist", FetchMnistCommand.class);
        commands.put("completion", CompletionCommand.class);
        return commands;
    }

    /**
     * Runs a command and ends the process with its exit code: 0 if all went well, 1 if it could not be done, 2 if the
     * arguments are wrong, 130 after Ctrl-C, which interrupts the command so that it ends by itself.
     *
     * @param arguments the command and its options
     */
    public static void main(String[] arguments) {
        // The libraries that print tables, charts and help must write numbers as this program's English texts do.
        Locale.setDefault(Locale.ROOT);
        // PyTorch loads while the arguments are read. A failure here occurs again where it is reported.
        CompletableFuture<Void> engine = computes(arguments)
                ? CompletableFuture.runAsync(PyTorch::start)
                : CompletableFuture.completedFuture(null);
        Interruption.listen();
        int code = execute(arguments);
        // A process that exits while PyTorch's libraries load crashes.
        engine.exceptionally(failure -> null).join();
        exit(Interruption.happened() ? Interruption.EXIT_CODE : code);
    }

    /** Returns whether arguments ask for work, as far as their texts show; otherwise for a help text or a version. */
    static boolean computes(String... arguments) {
        return arguments.length > 0
                && COMMANDS.containsKey(arguments[0])
                && Stream.of(arguments).noneMatch(TEXTS::contains);
    }

    /**
     * Ends the process: where the launcher says so, without PyTorch's destructors, since the system frees the memory at once. Java's
     * own last steps, such as writing an archive of its classes, are skipped too.
     */
    private static void exit(int code) {
        if (Boolean.getBoolean("mnistebm.skipDestructors")) {
            try {
                Function.getFunction(Platform.C_LIBRARY_NAME, "_exit").invokeVoid(new Object[] {code});
            } catch (LinkageError e) {
                // Then with them.
            }
        }
        System.exit(code);
    }

    /**
     * Runs a command.
     *
     * @param arguments the command and its options
     * @return the exit code
     */
    static int execute(String... arguments) {
        CommandLine line = line(arguments.length == 0 ? "" : arguments[0]);
        line.setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(true)
                .setHelpFactory(GroupedHelp::new)
                .setParameterExceptionHandler((e, args) -> usageError(e))
                .setExecutionExceptionHandler((e, command, result) -> {
                    command.getErr().println(command.getCommandName() + ": " + Messages.of(e));
                    return Interruption.isCauseOf(e) ? Interruption.EXIT_CODE : FAILURE;
                });
        if (arguments.length == 0) {
            line.usage(line.getErr());
            return USAGE;
        }
        try {
            return line.execute(Options.hyphenated(arguments));
        } catch (OutOfMemoryError e) {
            line.getErr()
                    .println("run: out of memory (" + e.getMessage() + "). Try fewer --chains, or smaller networks");
            return FAILURE;
        }
    }

    /** Returns the command line with a command, or with all if there is no such command. */
    static CommandLine line(String asked) {
        CommandLine line = new CommandLine(new Main());
        // Reading the annotations of all commands takes longer than reading those of one.
        COMMANDS.forEach((name, command) -> {
            if (name.equals(asked) || !COMMANDS.containsKey(asked)) {
                // A command line of its own, since picocli transforms the model of a command at the top only.
                line.addSubcommand(name, new CommandLine(command));
            }
        });
        return line;
    }

    private static int usageError(ParameterException e) {
        CommandLine command = e.getCommandLine();
        String message = e.getMessage().lines().findFirst().orElse("") + ".";
        if (e instanceof UnmatchedArgumentException unmatched && unmatched.isUnknownOption()) {
            String word = unmatched.getUnmatched().get(0);
            message =
                    ("Unknown option: '" + word + "'. " + Misspelling.question(command.getCommandSpec(), word)).strip();
        }
        command.getErr().println(command.getCommandName() + ": " + message + " See --help");
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
