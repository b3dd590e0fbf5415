package dev.slipway.dockerfile;

import java.util.regex.Pattern;

/** Names of variables that people give to secrets, for the check of that name. */
final class SecretNames {
    private static final Pattern SECRET = Pattern.compile(
            "(?i).*(?:_|^)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|$).*");

    private static final Pattern NO_SECRET = Pattern.compile("(?i).*(?:_|^)(?:public|file|version)(?:_|$).*");

    /** Nobody names a variable so; looking through it would take its time. */
    private static final int LONGEST = 1_000;

    private SecretNames() {}

    static boolean soundLikeOne(String name) {
        return name.length() < LONGEST
                && SECRET.matcher(name).matches()
                && !NO_SECRET.matcher(name).matches();
    }
}
