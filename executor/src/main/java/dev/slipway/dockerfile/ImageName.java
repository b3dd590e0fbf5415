package dev.slipway.dockerfile;

import java.util.regex.Pattern;

/** Whether a word can be an image's name, which is all that checks must know of it. */
final class ImageName {
    private static final String COMPONENT = "[a-z0-9]+(?:(?:\\.|__?|-+)[a-z0-9]+)*";
    private static final String DOMAIN =
            "(?:[a-zA-Z0-9]+(?:-+[a-zA-Z0-9]+)*(?:\\.[a-zA-Z0-9]+(?:-+[a-zA-Z0-9]+)*)*|\\[[0-9a-fA-F:]+])(?::[0-9]+)?";
    private static final Pattern WITH_DOMAIN = Pattern.compile(DOMAIN + "/" + COMPONENT + "(?:/" + COMPONENT + ")*");
    private static final Pattern WITHOUT_DOMAIN = Pattern.compile(COMPONENT + "(?:/" + COMPONENT + ")*");
    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");
    private static final Pattern DIGEST =
            Pattern.compile("[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}");

    private static final Pattern IDENTIFIER = Pattern.compile("[a-f0-9]{64}");

    private ImageName() {}

    static boolean isValid(String text) {
        if (text.length() > 1_000 || IDENTIFIER.matcher(text).matches()) {
            return false;
        }
        String name = text;
        int at = name.indexOf('@');
        if (at >= 0) {
            if (!DIGEST.matcher(name.substring(at + 1)).matches()) {
                return false;
            }
            name = name.substring(0, at);
        }
        int colon = name.lastIndexOf(':');
        if (colon > name.lastIndexOf('/')) {
            if (!TAG.matcher(name.substring(colon + 1)).matches()) {
                return false;
            }
            name = name.substring(0, colon);
        }
        int slash = name.indexOf('/');
        String first = slash < 0 ? "" : name.substring(0, slash);
        boolean hasDomain = first.contains(".")
                || first.contains(":")
                || first.equals("localhost")
                || first.chars().anyMatch(Character::isUpperCase);
        return (hasDomain ? WITH_DOMAIN : WITHOUT_DOMAIN).matcher(name).matches();
    }
}
