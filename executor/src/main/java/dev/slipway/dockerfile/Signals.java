package dev.slipway.dockerfile;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The signals that STOPSIGNAL may name: Linux's, with or without SIG, in any case, and numbers other than 0. */
final class Signals {
    static final List<String> NAMES = names();

    private Signals() {}

    static boolean isSignal(String text) {
        if (text.matches("[+-]?[0-9]{1,9}")) {
            return Integer.parseInt(text) != 0;
        }
        String name = text.toUpperCase(Locale.ROOT);
        return NAMES.contains(name.startsWith("SIG") ? name : "SIG" + name);
    }

    private static List<String> names() {
        List<String> names = new ArrayList<>(List.of(
                "SIGABRT",
                "SIGALRM",
                "SIGBUS",
                "SIGCHLD",
                "SIGCLD",
                "SIGCONT",
                "SIGFPE",
                "SIGHUP",
                "SIGILL",
                "SIGINT",
                "SIGIO",
                "SIGIOT",
                "SIGKILL",
                "SIGPIPE",
                "SIGPOLL",
                "SIGPROF",
                "SIGPWR",
                "SIGQUIT",
                "SIGSEGV",
                "SIGSTKFLT",
                "SIGSTOP",
                "SIGSYS",
                "SIGTERM",
                "SIGTRAP",
                "SIGTSTP",
                "SIGTTIN",
                "SIGTTOU",
                "SIGURG",
                "SIGUSR1",
                "SIGUSR2",
                "SIGVTALRM",
                "SIGWINCH",
                "SIGXCPU",
                "SIGXFSZ",
                "SIGRTMIN",
                "SIGRTMAX"));
        for (int above = 1; above <= 15; above++) {
            names.add("SIGRTMIN+" + above);
        }
        for (int below = 1; below <= 14; below++) {
            names.add("SIGRTMAX-" + below);
        }
        return List.copyOf(names);
    }
}
