package dev.slipway.cli;

import java.util.List;

/**
 * What {@code doctor} found out about one matter.
 *
 * @param title what it is about, in a few words
 * @param name the same as a key for JSON
 */
record DoctorSection(String title, String name, List<Finding> findings) {

    DoctorSection {
        findings = List.copyOf(findings);
    }

    /** How a finding is meant. */
    enum Verdict {
        /** It is there, or allowed. */
        YES,
        /** It isn't, and the words say what that means or what would help. */
        NO,
        /** Only told. */
        FACT
    }

    /**
     * One line.
     *
     * @param subject what was looked at: a kind of isolation, a capability, a registry
     */
    record Finding(Verdict verdict, String subject, String words) {
        static Finding yes(String subject, String words) {
            return new Finding(Verdict.YES, subject, words);
        }

        static Finding no(String subject, String words) {
            return new Finding(Verdict.NO, subject, words);
        }

        static Finding fact(String subject, String words) {
            return new Finding(Verdict.FACT, subject, words);
        }
    }

    /** Finds a section's facts out. One that fails is a bug of ours: what can't be had is a finding. */
    @FunctionalInterface
    interface Examination {
        DoctorSection examine() throws Exception;
    }
}
