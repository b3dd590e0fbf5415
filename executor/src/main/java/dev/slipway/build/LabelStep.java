package dev.slipway.build;

import dev.slipway.dockerfile.KeyValue;
import dev.slipway.dockerfile.LabelInstruction;
import java.util.HashMap;
import java.util.Map;

/** LABEL: a later label replaces one of the same key. */
final class LabelStep {
    private LabelStep() {}

    static void run(LabelInstruction label, StageState state) {
        StringBuilder history = new StringBuilder("LABEL");
        Map<String, String> labels = new HashMap<>();
        for (KeyValue pair : label.labels()) {
            history.append(' ').append(pair.key()).append('=').append(pair.value());
            labels.put(pair.key(), pair.value());
        }
        state.change(container -> container.labels(labels));
        state.note(history.toString());
    }
}
