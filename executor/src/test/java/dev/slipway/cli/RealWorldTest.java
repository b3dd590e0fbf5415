package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.base.BaseImages;
import dev.slipway.fixture.image.Image;
import dev.slipway.fixture.image.ImageBuilder;
import dev.slipway.fixture.process.Program;
import dev.slipway.fixture.process.TemporaryDirectory;
import dev.slipway.fixture.registry.EmbeddedRegistry;
import dev.slipway.fixture.registry.RegistryAccess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Dockerfiles in the shape that public projects give theirs, built as they stand, offline: the images that they name are
 * all the fixture's busybox, in which one script stands in for package managers and compilers.
 */
class RealWorldTest {
    private static final Path CASES = Path.of("src/test/resources/dev/slipway/cli/real-world");

    private static final String PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private static final List<String> TOOLS =
            List.of(("apt-get apt apk dnf yum microdnf pip pip3 python python3 npm yarn pnpm go mvn gradle java jlink"
                            + " jdeps cargo make cmake gcc cc dotnet composer docker-php-ext-install bundle mix curl git"
                            + " groupadd addgroup useradd adduser install update-ca-certificates")
                    .split(" "));

    private static final List<String> PLAIN = List.of(
            "library/golang:1.26",
            "library/golang:1.26-alpine",
            "library/alpine:3.22",
            "library/maven:3.9-eclipse-temurin-25",
            "library/eclipse-temurin:25",
            "library/eclipse-temurin:25-jre",
            "library/gradle:9-jdk25",
            "library/debian:trixie",
            "library/debian:trixie-slim",
            "library/python:3.14",
            "library/python:3.14-slim",
            "library/python:3.14-alpine",
            "library/rust:1.91",
            "library/rust:1.91-alpine",
            "library/gcc:15",
            "library/composer:2",
            "library/ruby:3.4.7-slim",
            "library/busybox:1.37",
            "hexpm/elixir:1.19-alpine",
            "tonistiigi/xx:latest",
            "flyway/flyway:11",
            "astral-sh/uv:0.9",
            "static-web-server/static-web-server:2",
            "dotnet/sdk:10.0",
            "devcontainers/base:trixie",
            "ubi9/ubi-minimal:9.6");

    /** Those that come with a user of their own: who, and the id. */
    private static final Map<String, String> WITH_USER = Map.of(
            "library/node:24", "node:1000",
            "library/node:24-slim", "node:1000",
            "library/node:24-alpine", "node:1000",
            "library/nginx:1.29-alpine", "nginx:101",
            "library/php:8.4-fpm-alpine", "www-data:82",
            "library/php:8.4-apache", "www-data:82",
            "dotnet/aspnet:10.0", "app:1654");

    private static final List<String> DISTROLESS = List.of(
            "distroless/static:nonroot", "distroless/static-debian12:nonroot", "distroless/java25-debian13:nonroot");

    private static final List<String> OTHER_REGISTRIES =
            List.of("gcr.io", "ghcr.io", "mcr.microsoft.com", "registry.access.redhat.com");

    private static final TemporaryDirectory SHARED = TemporaryDirectory.create("real-world");
    private static final EmbeddedRegistry REGISTRY = EmbeddedRegistry.start();

    @AutoClose
    private final CommandLine command = new CommandLine();

    @BeforeAll
    static void pushTheBases() throws IOException {
        String script = Files.readString(CASES.resolve("stand-in.sh"));
        Path layouts = SHARED.path().resolve("layouts");
        try (RegistryAccess access = RegistryAccess.to(REGISTRY)) {
            Image plain = base(script).writeTo(layouts.resolve("plain"));
            PLAIN.forEach(name -> push(access, plain, name));
            WITH_USER.forEach((name, user) -> {
                String[] words = user.split(":");
                String entry = "%s:x:%s:%s::/home/%s:/bin/sh\n".formatted(words[0], words[1], words[1], words[0]);
                Image image = base(script)
                        .environment(PATH, "PHP_INI_DIR=/usr/local/etc/php")
                        .command("nginx", "-g", "daemon off;")
                        .layer(tar -> tar.file("etc/passwd", 0644, "root:x:0:0::/root:/bin/sh\n" + entry)
                                .file("etc/group", 0644, "root:x:0:\n%s:x:%s:\n".formatted(words[0], words[1])))
                        .writeTo(layouts.resolve(words[0]));
                push(access, image, name);
            });
            Image distroless = ImageBuilder.oci()
                    .environment(PATH)
                    .user("65532")
                    .layer(tar -> tar.directory("etc", 0755)
                            .file("etc/passwd", 0644, "nonroot:x:65532:65532::/home/nonroot:/sbin/nologin\n"))
                    .writeTo(layouts.resolve("distroless"));
            DISTROLESS.forEach(name -> push(access, distroless, name));
        }
    }

    private static ImageBuilder base(String script) {
        return BaseImages.busyboxBuilder().layer(tar -> {
            tar.directory("usr/sbin", 0755).directory("usr/local", 0755).directory("usr/local/bin", 0755);
            tar.file("usr/local/bin/stand-in", 0755, script);
            TOOLS.forEach(tool -> tar.symlink("usr/local/bin/" + tool, "stand-in"));
        });
    }

    private static void push(RegistryAccess access, Image image, String name) {
        int colon = name.lastIndexOf(':');
        access.push(image, name.substring(0, colon), name.substring(colon + 1));
    }

    @AfterAll
    static void stop() {
        REGISTRY.close();
        SHARED.close();
    }

    static List<RealWorldCase> cases() throws IOException {
        try (Stream<Path> directories = Files.list(CASES)) {
            List<RealWorldCase> cases = new ArrayList<>();
            for (Path directory :
                    directories.filter(Files::isDirectory).sorted().toList()) {
                cases.add(RealWorldCase.read(directory));
            }
            return cases;
        }
    }

    @Test
    void thereAreAtLeastFortyAndEachExpectsSomething() throws IOException {
        assertThat(cases())
                .hasSizeGreaterThanOrEqualTo(40)
                .allMatch(each -> each.expected().saysSomething());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isBuiltAndWhatMattersInItIsThere(RealWorldCase project) throws IOException {
        Path context = command.path("context");
        copy(project.directory().resolve("context"), context);
        Path script = project.directory().resolve("prepare");
        if (Files.exists(script)) {
            Program.of("sh", "-eu", script.toAbsolutePath().toString())
                    .in(context)
                    .runSuccessfully();
        }
        Path out = command.path("out");
        List<String> flags = new ArrayList<>(List.of(
                "--context=dir://" + context,
                "--slipway-dir=" + SHARED.path().resolve("own"),
                "--registry-mirror=" + REGISTRY.host(),
                "--insecure-registry=" + REGISTRY.host(),
                "--no-push",
                "--oci-layout-path=" + out));
        OTHER_REGISTRIES.forEach(host -> flags.add("--registry-map=%s=%s".formatted(host, REGISTRY.host())));
        project.expected().all("variable").forEach(line -> command.variable(line.first(), line.rest()));
        project.expected().all("flag").forEach(line -> flags.add(line.both()));
        command.succeeds(flags.toArray(String[]::new));
        project.expected().check(Image.only(out));
    }

    /** With modes as everybody has them, whatever the umask was when the sources were checked out. */
    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            files.forEach(file -> {
                Path target = to.resolve(from.relativize(file).toString());
                boolean plain = Files.isRegularFile(file) && !Files.isExecutable(file);
                try {
                    if (Files.isDirectory(file)) {
                        Files.createDirectories(target);
                    } else {
                        Files.copy(file, Objects.requireNonNull(target));
                    }
                    Files.setPosixFilePermissions(
                            target, PosixFilePermissions.fromString(plain ? "rw-r--r--" : "rwxr-xr-x"));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
