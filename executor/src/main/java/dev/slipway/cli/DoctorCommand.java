package dev.slipway.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.slipway.cli.DoctorSection.Examination;
import dev.slipway.cli.DoctorSection.Finding;
import dev.slipway.context.ContextResolvers;
import dev.slipway.progress.ProgressListener;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Tells what this environment allows, and what is missing for more: sections on standard output, as text or JSON. */
final class DoctorCommand implements Command {
    private static final int WIDEST_SUBJECT = 24;

    private final Surroundings here;

    DoctorCommand(Surroundings here) {
        this.here = here;
    }

    @Override
    public int run(GivenFlags flags, ProgressListener progress) throws UsageException {
        boolean json = json(flags);
        return new Running(progress, here.clock()).answer(() -> {
            List<DoctorSection> sections = new ArrayList<>();
            for (Examination examination : examinations(flags, progress)) {
                sections.add(examination.examine());
            }
            if (json) {
                printJson(sections);
            } else {
                sections.forEach(section -> print(section, here.out()));
            }
            return 0;
        });
    }

    /** Every section, in the order in which it is shown: a new one is a line here. */
    private List<Examination> examinations(GivenFlags flags, ProgressListener progress) {
        MachineExaminations machine = new MachineExaminations(flags, here.directory());
        List<Examination> examinations = new ArrayList<>(
                List.of(machine::environment, machine::isolation, machine::capabilities, DoctorCommand::contexts));
        if (RegistryExaminations.wanted(flags)) {
            examinations.add(new RegistryExaminations(flags, progress)::destinations);
        }
        return examinations;
    }

    /** The kinds of contexts that there are, those of plugins too. */
    private static DoctorSection contexts() {
        return new DoctorSection(
                "Contexts",
                "contexts",
                ContextResolvers.installed().forms().stream()
                        .map(form -> Finding.yes(form, "as --context or --build-context"))
                        .toList());
    }

    private static boolean json(GivenFlags flags) throws UsageException {
        String format = flags.valueOrDefault(DoctorFlags.FORMAT);
        return switch (format) {
            case "json" -> true;
            case "text" -> false;
            default -> throw new UsageException("--format \"%s\": write text or json".formatted(format));
        };
    }

    private static void print(DoctorSection section, PrintStream out) {
        out.println(section.title());
        int width = section.findings().stream()
                .mapToInt(finding -> finding.subject().length())
                .filter(length -> length <= WIDEST_SUBJECT)
                .max()
                .orElse(0);
        for (Finding finding : section.findings()) {
            String mark = switch (finding.verdict()) {
                case YES -> "yes";
                case NO -> "no ";
                case FACT -> "   ";
            };
            out.printf("  %s %-" + Math.max(1, width) + "s  %s%n", mark, finding.subject(), finding.words());
        }
        out.println();
    }

    private void printJson(List<DoctorSection> sections) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        for (DoctorSection section : sections) {
            ArrayNode findings = object.putArray(section.name());
            section.findings()
                    .forEach(finding -> findings.addObject()
                            .put("verdict", finding.verdict().name().toLowerCase(Locale.ROOT))
                            .put("subject", finding.subject())
                            .put("words", finding.words()));
        }
        here.out().println(object.toPrettyString());
    }
}
