package dev.slipway.context.git;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** A user and a password, or a token in the place of one; never printed. */
public record GitLogin(String user, String password) {

    public GitLogin {
        Objects.requireNonNull(user, "user is null");
        Objects.requireNonNull(password, "password is null");
    }

    /** What stands before the {@code @} of a URL, percent-encoded. */
    static GitLogin ofUserInfo(String userInfo) {
        int colon = userInfo.indexOf(':');
        return new GitLogin(
                decoded(colon < 0 ? userInfo : userInfo.substring(0, colon)),
                colon < 0 ? "" : decoded(userInfo.substring(colon + 1)));
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notEncoded) {
            return text;
        }
    }

    @Override
    public String toString() {
        return "***";
    }
}
