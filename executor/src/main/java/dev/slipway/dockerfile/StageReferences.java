package dev.slipway.dockerfile;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What FROM, {@code --from} and mounts name, as far as that can be wrong without looking an image up: stages that don't
 * exist or come later, and words that no image can be called.
 */
final class StageReferences {
    private final Dockerfile dockerfile;
    private final CheckInputs inputs;
    private final List<FromInstruction> bases;
    private final StageNames names;
    private final Map<String, Integer> last = new HashMap<>();

    StageReferences(Dockerfile dockerfile, CheckInputs inputs, List<FromInstruction> bases) {
        this.dockerfile = dockerfile;
        this.inputs = inputs;
        this.bases = bases;
        this.names = new StageNames(dockerfile.stages());
        dockerfile.stages().forEach(stage -> stage.name().ifPresent(name -> last.put(name, stage.index())));
    }

    /**
     * Refuses the first that is wrong.
     *
     * @param needed the stages that a build needs; without a target all count
     */
    void refuseWrongOnes(Set<Integer> needed) throws DockerfileException {
        for (Stage stage : dockerfile.stages()) {
            if (stage.name().filter(inputs.baseImages()::isContext).isPresent()) {
                continue;
            }
            checkBase(stage);
            boolean counts = inputs.targets().isEmpty() || needed.contains(stage.index());
            for (Instruction instruction : stage.instructions()) {
                if (instruction instanceof CopyInstruction copy && copy.from().isPresent()) {
                    checkSource(stage, copy, "COPY --from", copy.from().get(), true, counts);
                } else if (instruction instanceof RunInstruction run) {
                    for (String origin : run.mountOrigins()) {
                        checkSource(stage, run, "RUN --mount: from", origin, false, counts);
                    }
                }
            }
        }
    }

    private void checkBase(Stage stage) throws DockerfileException {
        String base = bases.get(stage.index()).image();
        if (names.last(base, stage.index()).isPresent() || isElsewhere(base)) {
            return;
        }
        String written = stage.from().image();
        String expanded = written.equals(base) ? "" : " (" + written + ")";
        throw DockerfileException.atWord(
                stage.from().source(),
                written,
                "FROM " + base + expanded + " is no image name",
                names.last(base.toLowerCase(Locale.ROOT), stage.index()).isPresent()
                        ? "FROM finds a stage by its name in small letters: FROM " + base.toLowerCase(Locale.ROOT) + "."
                        : imageNames(base));
    }

    private void checkSource(
            Stage stage, Instruction instruction, String flag, String from, boolean numbered, boolean counts)
            throws DockerfileException {
        InstructionSource source = instruction.source();
        Optional<Integer> index = numbered && from.matches("[-+]?[0-9]{1,9}")
                ? Optional.of(Integer.parseInt(from))
                : Optional.ofNullable(last.get(from.toLowerCase(Locale.ROOT)));
        if (index.isEmpty()) {
            if (!isElsewhere(from)) {
                throw DockerfileException.atWord(
                        source,
                        from,
                        flag + "=" + from + " is neither a stage nor an image name"
                                + Spelling.hint(from, last.keySet()),
                        imageNames(from));
            }
            return;
        }
        int count = dockerfile.stages().size();
        if (index.get() < 0 || index.get() >= count) {
            throw DockerfileException.atWord(
                    source,
                    from,
                    flag + "=" + from + ": there is no such stage; they are numbered from 0 to " + (count - 1),
                    "Name the stage by FROM ... AS name, and use its name here.");
        }
        if (index.get() == stage.index()) {
            throw DockerfileException.atWord(
                    source,
                    from,
                    flag + "=" + from + " is the stage that this instruction belongs to",
                    "A stage takes from earlier ones; its own files need no " + flag.replaceFirst(".* ", "") + ".");
        }
        if (counts && index.get() > stage.index()) {
            throw DockerfileException.atWord(
                    source,
                    from,
                    flag + "=" + from + ": that stage comes later, on line "
                            + dockerfile
                                    .stages()
                                    .get(index.get())
                                    .from()
                                    .source()
                                    .line(),
                    "A stage takes from earlier ones; move that one up.");
        }
    }

    private boolean isElsewhere(String name) {
        return name.equals("scratch") || inputs.baseImages().isContext(name) || ImageName.isValid(name);
    }

    private static String imageNames(String word) {
        String small = word.toLowerCase(Locale.ROOT);
        return "Expected name, name:tag or name@sha256:..."
                + (!small.equals(word) && ImageName.isValid(small) ? ", in small letters: " + small + "." : ".");
    }
}
