package dev.slipway.build;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The users and groups of an image, as its {@code /etc/passwd} and {@code /etc/group} tell them (spec: RUN, USER,
 * {@code --chown}).
 */
record Accounts(List<User> users, List<Group> groups) {

    Accounts {
        users = List.copyOf(users);
        groups = List.copyOf(groups);
    }

    record User(String name, int uid, int gid, String home) {}

    record Group(String name, int gid, List<String> members) {
        Group {
            members = List.copyOf(members);
        }
    }

    /** Nobody. */
    static final Accounts NONE = new Accounts(List.of(), List.of());

    /** Who a command runs as. */
    record Identity(int uid, int gid, List<Integer> supplementary) {
        static final Identity ROOT = new Identity(0, 0, List.of());

        Identity {
            supplementary = List.copyOf(supplementary);
        }

        /** All that a command is a member of: its own group is among them, as container runtimes have it. */
        List<Integer> groups() {
            return supplementary.contains(gid)
                    ? supplementary
                    : Stream.concat(Stream.of(gid), supplementary.stream()).toList();
        }
    }

    /** A name that the image doesn't know. */
    static final class Unknown extends Exception {
        private static final long serialVersionUID = 1;

        private Unknown(String kind, String name) {
            super("the image has no %s \"%s\"; add it in an earlier step, or give its number".formatted(kind, name));
        }

        private Unknown(String name) {
            super("user ids that are looked up reach from 0 to %d; \"%s\" is none".formatted(Integer.MAX_VALUE, name));
        }
    }

    static Accounts parse(byte[] passwd, byte[] group) {
        List<User> users = new ArrayList<>();
        lines(passwd)
                .map(line -> line.split(":", -1))
                .forEach(fields ->
                        users.add(new User(fields[0], number(fields, 2), number(fields, 3), field(fields, 5))));
        List<Group> groups = new ArrayList<>();
        lines(group).map(line -> line.split(":", -1)).forEach(fields -> {
            List<String> members = Stream.of(field(fields, 3).split(","))
                    .filter(member -> !member.isEmpty())
                    .toList();
            groups.add(new Group(fields[0], number(fields, 2), members));
        });
        return new Accounts(users, groups);
    }

    /**
     * Who USER names: with a user alone, its group and supplementary groups are looked up; with a group, there are no
     * others. Unknown numbers are fine.
     */
    Identity identify(String user) throws Unknown {
        int colon = user.indexOf(':');
        String userPart = colon < 0 ? user : user.substring(0, colon);
        String groupPart = colon < 0 ? "" : user.substring(colon + 1);
        Optional<Integer> uid = userPart.isEmpty() ? Optional.of(0) : id(userPart);
        Optional<Integer> gid = id(groupPart);
        if (uid.isPresent() && gid.isPresent()) {
            return new Identity(uid.get(), gid.get(), List.of());
        }
        if (uid.isPresent() && uid.get() < 0) { // beyond what is looked up, and taken for a number only with a group
            throw new Unknown(userPart);
        }
        Predicate<User> wanted = uid.<Predicate<User>>map(number -> found -> found.uid() == number)
                .orElse(found -> found.name().equals(userPart));
        Optional<User> account = users.stream().filter(wanted).findFirst();
        if (account.isEmpty() && uid.isEmpty()) {
            throw new Unknown("user", userPart);
        }
        int number = account.map(User::uid).or(() -> uid).orElseThrow();
        if (!groupPart.isEmpty()) {
            return new Identity(number, groupNamed(groupPart), List.of());
        }
        List<Integer> supplementary = account.stream()
                .flatMap(found -> groups.stream()
                        .filter(group -> group.members().contains(found.name()))
                        .map(Group::gid))
                .toList();
        return new Identity(number, account.map(User::gid).orElse(0), supplementary);
    }

    /** Where a user lives; {@code /} where nobody says. */
    String home(int uid) {
        return users.stream()
                .filter(user -> user.uid() == uid)
                .findFirst()
                .map(User::home)
                .filter(home -> !home.isEmpty())
                .orElse("/");
    }

    Optional<User> user(String name) {
        return users.stream().filter(user -> user.name().equals(name)).findFirst();
    }

    Optional<Group> group(String name) {
        return groups.stream().filter(group -> group.name().equals(name)).findFirst();
    }

    private int groupNamed(String name) throws Unknown {
        Optional<Integer> gid = id(name);
        if (gid.isPresent()) {
            return gid.get();
        }
        Optional<Group> found = group(name);
        if (found.isEmpty()) {
            throw new Unknown("group", name);
        }
        return found.get().gid();
    }

    /** A numeric id, as the kernel takes it: the largest number of all means no change to it, so it is nobody's. */
    static Optional<Integer> id(String text) {
        if (!text.matches("[0-9]{1,10}")) {
            return Optional.empty();
        }
        long number = Long.parseLong(text);
        return number < (1L << 32) - 1 ? Optional.of((int) number) : Optional.empty();
    }

    private static Stream<String> lines(byte[] file) {
        return new String(file, StandardCharsets.UTF_8)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"));
    }

    private static String field(String[] fields, int index) {
        return index < fields.length ? fields[index] : "";
    }

    private static int number(String[] fields, int index) {
        return id(field(fields, index).strip()).orElse(0);
    }
}
