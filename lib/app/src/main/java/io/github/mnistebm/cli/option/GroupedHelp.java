package io.github.mnistebm.cli.option;

import java.util.Comparator;
import java.util.List;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** A help text whose options are in groups. */
public final class GroupedHelp extends Help {

    /**
     * Creates the help of a command.
     *
     * @param command the command
     * @param colors the colours of the text
     */
    public GroupedHelp(CommandSpec command, ColorScheme colors) {
        super(command, colors);
    }

    @Override
    public String synopsis(int headingLength) {
        return abbreviatedSynopsis();
    }

    @Override
    public String optionList() {
        StringBuilder list = new StringBuilder();
        for (OptionGroup group : OptionGroup.values()) {
            List<OptionSpec> options = commandSpec().options().stream()
                    .filter(option -> !option.hidden()
                            && OptionGroup.of(option).filter(group::equals).isPresent())
                    .sorted(Comparator.comparingInt(group::place))
                    .toList();
            if (!options.isEmpty()) {
                Layout layout = createDefaultLayout();
                layout.addOptions(options, parameterLabelRenderer());
                list.append(System.lineSeparator())
                        .append(colorScheme().text("@|bold " + group.heading() + "|@"))
                        .append(System.lineSeparator())
                        .append(layout);
            }
        }
        return list.toString();
    }
}
