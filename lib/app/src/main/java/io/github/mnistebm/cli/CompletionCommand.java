package io.github.mnistebm.cli;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints a script that lets a shell complete the launcher's commands and their options. */
@Command(name = "completion", hidden = true, description = "Prints a script of completions for bash and zsh.")
final class CompletionCommand implements Callable<Integer> {

    private static final String LAUNCHER = "run";

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "NAME", description = "The names by which a user calls the launcher.")
    private List<String> names;

    @Override
    public Integer call() {
        CommandLine all = Main.line("");
        add(all, "setup", "--with-fashion", "--with-tests", "--with-completion");
        add(all, "lab");
        add(all, "notebooks", "--folder");
        add(all, "spark", "--images", "--partitions", "--master", "--model", "--seed", "--out");
        add(all, "test", "--all");
        add(all.getSubcommands().get("bench"), "load");
        add(all.getSubcommands().get("bench"), "page");
        String completed = "'" + String.join("' '", names) + "'";
        // Other programs are called run too.
        String script = AutoComplete.bash(LAUNCHER, all)
                .replaceAll(
                        "(?m)^(complete -F _complete_run -o default) .*$", "$1 " + Matcher.quoteReplacement(completed));
        spec.commandLine().getOut().print(script);
        spec.commandLine().getOut().flush();
        return 0;
    }

    private static void add(CommandLine parent, String name, String... options) {
        CommandSpec command = CommandSpec.create();
        for (String option : options) {
            command.addOption(OptionSpec.builder(option).build());
        }
        parent.addSubcommand(name, command);
    }
}
