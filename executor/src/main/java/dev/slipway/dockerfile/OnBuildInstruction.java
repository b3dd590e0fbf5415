package dev.slipway.dockerfile;

/**
 * ONBUILD: an instruction for the stages that build on this one, stored as it was written.
 *
 * @param trigger the text that goes into the image's config, heredoc bodies included; read it by
 *     {@link Dockerfile#parseTrigger}
 */
public record OnBuildInstruction(InstructionSource source, String trigger) implements Instruction {
    @Override
    public OnBuildInstruction expand(Expander expander) {
        return this;
    }
}
