package dev.slipway.progress;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/**
 * Tells Kubernetes why the container ended: the failure's last line goes into the file that it shows in the pod's status
 * (DESIGN 3.9). A kubelet has made that file before we start; where there is none, nobody would read it.
 */
public final class TerminationMessage implements ProgressListener {
    /** Where a container finds it unless its pod says otherwise. */
    public static final Path USUAL = Path.of("/dev/termination-log");

    /** A kubelet takes 4,096 bytes, and people read a line. */
    private static final int LONGEST = 1_000;

    private final Path file;
    private final ProgressListener log;

    public TerminationMessage(Path file, ProgressListener log) {
        this.file = Objects.requireNonNull(file, "file is null");
        this.log = Objects.requireNonNull(log, "log is null");
    }

    @Override
    public void on(BuildEvent event) {
        if (event instanceof BuildEvent.BuildFailed failed && Files.isRegularFile(file) && Files.isWritable(file)) {
            String sentence = Wording.sentence(failed);
            String line = sentence.length() <= LONGEST ? sentence : sentence.substring(0, LONGEST) + " …";
            try {
                Files.write(
                        file,
                        line.getBytes(StandardCharsets.UTF_8),
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING);
            } catch (IOException unwritable) {
                log.debug("the termination message can't be written: " + unwritable);
            }
        }
    }
}
