package dev.slipway.dockerfile;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Reads one value of {@code RUN --mount}: comma-separated pairs whose values may hold variables. */
final class MountParser {
    private static final List<String> TYPES = List.of("bind", "cache", "tmpfs", "secret", "ssh");
    private static final List<String> SHARING = List.of("shared", "private", "locked");
    private static final List<String> KEYS = List.of(
            "type",
            "from",
            "source",
            "src",
            "target",
            "dst",
            "destination",
            "readonly",
            "ro",
            "readwrite",
            "rw",
            "id",
            "sharing",
            "required",
            "size",
            "mode",
            "uid",
            "gid",
            "env");

    private final InstructionSource source;
    private final String flag;
    private final Expander expander;

    private String type = "bind";
    private String from = "";
    private String path = "";
    private @Nullable String target;
    private String id = "";
    private @Nullable String env;
    private @Nullable String sharing;
    private @Nullable Boolean readOnly;
    private boolean required;
    private long size;
    private OptionalInt mode = OptionalInt.empty();
    private OptionalLong uid = OptionalLong.empty();
    private OptionalLong gid = OptionalLong.empty();

    MountParser(InstructionSource source, String flag, Expander expander) {
        this.source = source;
        this.flag = flag;
        this.expander = expander;
    }

    Mount parse() throws DockerfileException {
        for (String field : fields(source, flag)) {
            int equals = field.indexOf('=');
            if (equals < 0) {
                takeWord(field);
            } else {
                String key = field.substring(0, equals).toLowerCase(Locale.ROOT);
                takePair(key, field, expander.word(source, field.substring(equals + 1)));
            }
        }
        return checked();
    }

    /** What can be said before variables have values: the fields can be told apart, and {@code from} has no variable. */
    static void checkWritten(InstructionSource source, String flag) throws DockerfileException {
        for (String field : fields(source, flag)) {
            int equals = field.indexOf('=');
            if (equals > 0
                    && field.substring(0, equals).equalsIgnoreCase("from")
                    && VariableReference.isIn(field.substring(equals + 1))) {
                throw DockerfileException.atWord(
                        source,
                        field,
                        "RUN --mount: from= takes no variable, here is " + Quotes.quote(field),
                        "Name the image by a stage of its own (FROM " + field.substring(equals + 1)
                                + " AS name, with a global ARG) and use from=name.");
            }
        }
    }

    /** What {@code from} names, which no variable decides: a plan needs it before variables have values. */
    static Optional<String> origin(InstructionSource source, String flag) throws DockerfileException {
        Optional<String> origin = Optional.empty();
        for (String field : fields(source, flag)) {
            int equals = field.indexOf('=');
            if (equals > 0 && field.substring(0, equals).equalsIgnoreCase("from")) {
                origin = Optional.of(field.substring(equals + 1)).filter(name -> !name.isEmpty());
            }
        }
        return origin;
    }

    private void takeWord(String field) throws DockerfileException {
        switch (field.toLowerCase(Locale.ROOT)) {
            case "readonly", "ro" -> readOnly = true;
            case "readwrite", "rw" -> readOnly = false;
            case "required" -> {
                onlyFor(field, field, "secret", "ssh");
                required = true;
            }
            default ->
                throw refuse(
                        field,
                        "RUN --mount: " + Quotes.quote(field) + " is no key=value pair" + Spelling.hint(field, KEYS),
                        "Expected key=value; only readonly, ro, readwrite, rw and required stand alone.");
        }
    }

    private void takePair(String key, String field, String value) throws DockerfileException {
        switch (key) {
            case "type" -> {
                type = value.toLowerCase(Locale.ROOT);
                if (!TYPES.contains(type)) {
                    throw refuse(
                            field,
                            "RUN --mount: " + Quotes.quote(value) + " is no mount type" + Spelling.hint(value, TYPES),
                            "Expected bind, cache, tmpfs, secret or ssh.");
                }
            }
            case "from" -> from = value;
            case "source", "src" -> path = value;
            case "target", "dst", "destination" -> target = value;
            case "readonly", "ro" -> readOnly = bool(key, field, value);
            case "readwrite", "rw" -> readOnly = !bool(key, field, value);
            case "required" -> {
                onlyFor(key, field, "secret", "ssh");
                required = bool(key, field, value);
            }
            case "size" -> {
                onlyFor(key, field, "tmpfs");
                size = ByteSize.parse(value)
                        .orElseThrow(() -> refuse(
                                field,
                                "RUN --mount: size=" + Quotes.quote(value) + " is no size",
                                "Expected a number of bytes, or one with k, m or g behind: 64m."));
            }
            case "id" -> id = value;
            case "env" -> env = value;
            case "sharing" -> {
                sharing = value.toLowerCase(Locale.ROOT);
                if (!SHARING.contains(sharing)) {
                    throw refuse(
                            field,
                            "RUN --mount: " + Quotes.quote(value) + " is no way to share a cache"
                                    + Spelling.hint(value, SHARING),
                            "Expected shared, private or locked.");
                }
            }
            case "mode" -> mode = OptionalInt.of((int) number(key, field, value, 8));
            case "uid" -> uid = OptionalLong.of(number(key, field, value, 10));
            case "gid" -> gid = OptionalLong.of(number(key, field, value, 10));
            default ->
                throw refuse(
                        field,
                        "RUN --mount: unknown key " + Quotes.quote(key) + Spelling.hint(key, KEYS),
                        "Expected one of " + String.join(", ", KEYS) + ".");
        }
    }

    private Mount checked() throws DockerfileException {
        if (type.equals("bind") || type.equals("tmpfs")) {
            forbid(mode.isPresent(), "mode");
            forbid(uid.isPresent(), "uid");
            forbid(gid.isPresent(), "gid");
        }
        if (type.equals("secret")) {
            forbid(!from.isEmpty(), "from");
        }
        if (!type.equals("cache")) {
            forbid(sharing != null, "sharing");
        }
        Optional<String> at = Optional.ofNullable(target).filter(text -> !text.isEmpty());
        Optional<String> origin = Optional.of(from).filter(text -> !text.isEmpty());
        Mount.Ownership ownership = new Mount.Ownership(mode, uid, gid);
        return switch (type) {
            case "bind" -> {
                requireTarget(at);
                yield new Mount.Bind(at, path, origin, readOnly == null || readOnly);
            }
            case "cache" -> {
                requireTarget(at);
                String cacheId = id.isEmpty() ? CleanPath.of(at.orElseThrow()) : id;
                yield new Mount.Cache(at, cacheId, origin, path, sharing(), readOnly != null && readOnly, ownership);
            }
            case "tmpfs" -> {
                requireTarget(at);
                yield new Mount.Tmpfs(at, size, readOnly != null && readOnly);
            }
            case "secret" -> secret(at, ownership);
            default -> new Mount.Ssh(at, id.isEmpty() ? "default" : id, required, ownership);
        };
    }

    private Mount secret(Optional<String> at, Mount.Ownership ownership) throws DockerfileException {
        if (!path.isEmpty() && !id.isEmpty()) {
            throw refuse(flag, "RUN --mount: a secret has either an id or a source, not both", "Keep id= only.");
        }
        String name = !path.isEmpty() ? path : id;
        if (name.isEmpty()) {
            name = CleanPath.base(at.orElseThrow(
                    () -> refuse(flag, "RUN --mount: a secret needs an id", "Expected --mount=type=secret,id=NAME.")));
        }
        Optional<String> variable = Optional.ofNullable(env);
        Optional<String> file =
                at.isPresent() || variable.isPresent() ? at : Optional.of("/run/secrets/" + CleanPath.base(name));
        return new Mount.Secret(file, name, variable, required, ownership);
    }

    private Mount.Sharing sharing() {
        return sharing == null ? Mount.Sharing.SHARED : Mount.Sharing.valueOf(sharing.toUpperCase(Locale.ROOT));
    }

    private void requireTarget(Optional<String> at) throws DockerfileException {
        if (at.isEmpty() || CleanPath.of(at.get()).equals("/")) {
            throw refuse(
                    flag,
                    "RUN --mount: a " + type + " mount "
                            + (at.isEmpty() ? "needs a target" : "can't have / as its target"),
                    "Expected target=/some/directory.");
        }
    }

    private void onlyFor(String key, String field, String... types) throws DockerfileException {
        if (!List.of(types).contains(type)) {
            throw refuse(
                    field,
                    "RUN --mount: " + Quotes.quote(key) + " means nothing to a mount of type " + type,
                    "It belongs to type=" + String.join(" and type=", types) + ", and stands behind the type.");
        }
    }

    private void forbid(boolean present, String key) throws DockerfileException {
        if (present) {
            throw refuse(
                    flag,
                    "RUN --mount: " + Quotes.quote(key) + " means nothing to a mount of type " + type,
                    "Remove " + key + "=, or choose another type.");
        }
    }

    private boolean bool(String key, String field, String value) throws DockerfileException {
        return switch (value) {
            case "1", "t", "T", "true", "TRUE", "True" -> true;
            case "0", "f", "F", "false", "FALSE", "False" -> false;
            default ->
                throw refuse(
                        field,
                        "RUN --mount: " + key + "=" + Quotes.quote(value) + " is neither true nor false",
                        "Expected true or false, or " + key + " alone.");
        };
    }

    private long number(String key, String field, String value, int radix) throws DockerfileException {
        try {
            if (value.matches("[0-9]{1,11}") && Long.parseLong(value, radix) <= 0xFFFFFFFFL) {
                return Long.parseLong(value, radix);
            }
        } catch (NumberFormatException notOfTheRadix) {
            throw refuseNumber(key, field, value, radix);
        }
        throw refuseNumber(key, field, value, radix);
    }

    private DockerfileException refuseNumber(String key, String field, String value, int radix) {
        return refuse(
                field,
                "RUN --mount: " + key + "=" + Quotes.quote(value) + " is no number",
                radix == 8 ? "Expected octal digits: 0755." : "Expected a numeric id; names aren't looked up here.");
    }

    private DockerfileException refuse(String part, String problem, String expectation) {
        return DockerfileException.atWord(source, part, problem, expectation);
    }

    /** The fields of one line of comma-separated values; quotes only around a whole field, doubled inside. */
    private static List<String> fields(InstructionSource source, String flag) throws DockerfileException {
        List<String> fields = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        int at = 0;
        while (true) {
            field.setLength(0);
            if (at < flag.length() && flag.charAt(at) == '"') {
                at = quotedField(source, flag, at + 1, field);
            } else {
                while (at < flag.length() && flag.charAt(at) != ',') {
                    if (flag.charAt(at) == '"') {
                        throw badQuotes(source, flag);
                    }
                    field.append(flag.charAt(at++));
                }
            }
            fields.add(field.toString());
            if (at == flag.length()) {
                return fields;
            }
            at++;
        }
    }

    private static int quotedField(InstructionSource source, String flag, int from, StringBuilder field)
            throws DockerfileException {
        for (int at = from; at < flag.length(); at++) {
            if (flag.charAt(at) != '"') {
                field.append(flag.charAt(at));
            } else if (at + 1 < flag.length() && flag.charAt(at + 1) == '"') {
                field.append('"');
                at++;
            } else if (at + 1 == flag.length() || flag.charAt(at + 1) == ',') {
                return at + 1;
            } else {
                throw badQuotes(source, flag);
            }
        }
        throw badQuotes(source, flag);
    }

    private static DockerfileException badQuotes(InstructionSource source, String flag) {
        return DockerfileException.atWord(
                source,
                flag,
                "RUN --mount: the quotes in " + Quotes.quote(flag) + " are not around a whole field",
                "Expected --mount='type=bind,\"source=a,b.txt\",target=/x'.");
    }
}
