package dev.slipway.dockerfile;

/**
 * One instruction of a Dockerfile, typed, checked and immutable; words that may hold variables are as written until
 * {@link #expand} gives the instruction with their values. A handler elsewhere runs it.
 */
public sealed interface Instruction
        permits AddInstruction,
                ArgInstruction,
                CmdInstruction,
                CopyInstruction,
                EntrypointInstruction,
                EnvInstruction,
                ExposeInstruction,
                FromInstruction,
                HealthCheckInstruction,
                LabelInstruction,
                MaintainerInstruction,
                OnBuildInstruction,
                RunInstruction,
                ShellInstruction,
                StopSignalInstruction,
                UserInstruction,
                VolumeInstruction,
                WorkdirInstruction {
    /** Where it was read from. */
    InstructionSource source();

    /**
     * The instruction with the variables of its words replaced, where the language does that, and checked once more.
     * Instructions that are never expanded return themselves; so does ARG, whose words are taken one by one.
     *
     * @throws DockerfileException if a word asks for something that isn't there, or what results can't be
     */
    Instruction expand(Expander expander) throws DockerfileException;
}
