package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.slipway.fixture.base.BaseImages;
import dev.slipway.fixture.git.GitHttpServer;
import dev.slipway.fixture.git.GitRepository;
import dev.slipway.fixture.image.Image;
import dev.slipway.fixture.image.TarBuilder;
import dev.slipway.fixture.process.TemporaryDirectory;
import dev.slipway.fixture.registry.EmbeddedRegistry;
import dev.slipway.fixture.registry.RegistryAccess;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Small Dockerfiles and what becomes of them. From {@code whole-builds.txt}: every flag of every instruction, which is
 * done or refused and never ignored (pains 67), and what users of other builders found done wrong (24, 36, 66, 69, 70).
 * From {@code language-corners.txt}: what BuildKit makes of the language where its reference is silent.
 */
class WholeBuildsTest {
    private static final List<Path> CASES = List.of(
            Path.of("src/test/resources/dev/slipway/cli/whole-builds.txt"),
            Path.of("src/test/resources/dev/slipway/cli/language-corners.txt"));
    private static final Pattern BEGIN = Pattern.compile("^=== ", Pattern.MULTILINE);
    private static final String LONG = "x".repeat(60_000);
    private static final Pattern KNOWN = Pattern.compile("([A-Z]+) knows ([-a-z, ]+)\\.");

    private static final TemporaryDirectory SHARED = TemporaryDirectory.create("whole-builds");
    private static final EmbeddedRegistry REGISTRY = EmbeddedRegistry.start();
    private static final List<AutoCloseable> SERVERS = new ArrayList<>();
    private static String files = "";
    private static String git = "";

    @AutoClose
    private final CommandLine command = new CommandLine();

    /** A title, a Dockerfile and what is expected of it; {@code refused STATUS WORDS} where it can't be built. */
    record Case(String title, String dockerfile, ExpectedImage expected) {
        static Case parse(String text) {
            String[] parts = text.split("\n", 2);
            String[] halves = parts[1].split("(?m)^---\n", 2);
            return new Case(
                    parts[0], halves[0], ExpectedImage.parse(halves[1].lines().toList()));
        }

        boolean isOfFlag() {
            return title.matches("[A-Z]+ --[-a-z]+");
        }

        @Override
        public String toString() {
            return title;
        }
    }

    static List<Case> cases() throws IOException {
        List<Case> cases = new ArrayList<>();
        for (Path file : CASES) {
            BEGIN.splitAsStream(Files.readString(file))
                    .filter(Predicate.not(String::isBlank))
                    .map(Case::parse)
                    .forEach(cases::add);
        }
        return cases;
    }

    @BeforeAll
    static void start() throws IOException {
        try (RegistryAccess access = RegistryAccess.to(REGISTRY)) {
            access.push(BaseImages.busybox(SHARED.path().resolve("busybox")), "library/busybox", "latest");
            access.push(
                    BaseImages.busyboxBuilder()
                            .onBuild("COPY --from=base /one /two")
                            .writeTo(SHARED.path().resolve("triggering")),
                    "library/triggering",
                    "latest");
        }
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        serve(server, "/", "r\n".getBytes(StandardCharsets.UTF_8));
        serve(server, "/a", "a\n".getBytes(StandardCharsets.UTF_8));
        serve(server, "/packed.tar.gz", packed());
        server.start();
        SERVERS.add(() -> server.stop(0));
        files = "http://127.0.0.1:" + server.getAddress().getPort();
        Path served = Files.createDirectory(SHARED.path().resolve("srv"));
        GitRepository repository = GitRepository.create(served, "team/app").file("file", "of the repository");
        repository.file(".dockerignore", "ignored").file("ignored", "kept out of builds of it");
        repository.commit("file");
        GitHttpServer repositories = GitHttpServer.start(served, GitHttpServer.Manners.OPEN);
        SERVERS.add(repositories);
        git = "http://" + repositories.host();
    }

    private static void serve(HttpServer server, String path, byte[] content) {
        server.createContext(path, exchange -> {
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content);
            exchange.close();
        });
    }

    private static byte[] packed() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(packed)) {
            TarBuilder.write(gzip, tar -> tar.owner(1, 2).file("in", 0640, "inside"));
        }
        return packed.toByteArray();
    }

    @AfterAll
    static void stop() throws Exception {
        for (AutoCloseable server : SERVERS) {
            server.close();
        }
        REGISTRY.close();
        SHARED.close();
    }

    @BeforeEach
    void makeTheContext() throws IOException {
        command.file("a.txt", "a\n")
                .file("a.key", "secret\n")
                .file("dir/c.key", "secret\n")
                .file("dir/sub/b.txt", "b\n")
                .file("dir/sub/other", "o\n")
                .file(".hidden/x", "x\n");
        Files.write(command.path("context").resolve("archive.tar.gz"), packed());
        Files.write(command.path("context").resolve("padded.tar.gz"), packed());
        Files.write(command.path("context").resolve("padded.tar.gz"), new byte[1000], StandardOpenOption.APPEND);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void comesOutAsExpected(Case each) throws IOException {
        command.file(
                "Dockerfile",
                each.dockerfile()
                        .replace("@FILES@", files)
                        .replace("@GIT@", git)
                        .replace("@LONG@", LONG));
        List<ExpectedImage.Line> ignored = each.expected().all("ignore");
        if (!ignored.isEmpty()) {
            command.file(
                    ".dockerignore",
                    ignored.stream().map(line -> line.both() + "\n").collect(Collectors.joining()));
        }
        List<String> before = contextFiles();
        CommandLine.Ended ended = build(each.expected());
        List<ExpectedImage.Line> refusals = each.expected().all("refused");
        if (refusals.isEmpty()) {
            assertThat(ended.exitCode()).as("%s", ended).isZero();
            each.expected().check(Image.only(command.path("out")));
            each.expected().all("said").forEach(line -> assertThat(ended.err()).containsOnlyOnce(line.both()));
        } else {
            ExpectedImage.Line refusal = refusals.getFirst();
            assertThat(ended.exitCode()).as("%s", ended).isEqualTo(Integer.parseInt(refusal.first()));
            String line = each.expected().all("at").stream()
                    .map(ExpectedImage.Line::first)
                    .findFirst()
                    .orElse("2");
            assertThat(ended.lastLine()).contains("Dockerfile:" + line, refusal.rest());
        }
        assertThat(contextFiles()).as("the context is nobody's to change").isEqualTo(before);
    }

    /** As with BuildKit, to whose client a socket is a file without content. */
    @Test
    void aSocketOfTheContextBecomesAnEmptyFile() throws IOException {
        Path socket =
                Files.createDirectory(command.path("context").resolve("run")).resolve("s");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            comesOutAsExpected(
                    Case.parse("a socket\nFROM scratch\nCOPY run /run\n---\nfile /run/s 755 0:0\nonly run run/s\n"));
        }
    }

    private CommandLine.Ended build(ExpectedImage expected) {
        List<String> flags = new ArrayList<>(List.of(
                "--context=dir://" + command.path("context"),
                "--slipway-dir=" + SHARED.path().resolve("own"),
                "--registry-mirror=" + REGISTRY.host(),
                "--insecure-registry=" + REGISTRY.host(),
                "--no-push",
                "--oci-layout-path=" + command.path("out")));
        String layout = SHARED.path().resolve("busybox").toString();
        expected.all("flag")
                .forEach(line -> flags.add(line.both()
                        .replace("@LAYOUT@", layout)
                        .replace("@FILES@", files)
                        .replace("@GIT@", git)));
        return command.run(flags.toArray(String[]::new));
    }

    private List<String> contextFiles() throws IOException {
        List<String> files = new ArrayList<>();
        try (Stream<Path> walked = Files.walk(command.path("context"))) {
            for (Path file : walked.sorted().toList()) {
                files.add(file + " " + Files.getLastModifiedTime(file));
            }
        }
        return files;
    }

    /** What the parser knows it tells who writes an unknown one; a flag without a case above is red here. */
    @ParameterizedTest
    @MethodSource("instructions")
    void everyFlagThatTheParserKnowsHasACase(String instruction) throws IOException {
        String operands = instruction.equals("FROM") ? "a" : "a b";
        command.file("Dockerfile", "FROM scratch\n%s --no-such-flag=x %s\n".formatted(instruction, operands));
        String said = command.build("--no-push").err();
        assertThat(said).contains("--no-such-flag");
        Set<String> known = new TreeSet<>();
        Matcher matcher = KNOWN.matcher(said);
        if (matcher.find()) {
            for (String flag : matcher.group(2).split(", ")) {
                known.add(instruction + " " + flag);
            }
        }
        Set<String> shown = cases().stream()
                .filter(Case::isOfFlag)
                .map(Case::title)
                .filter(title -> title.startsWith(instruction + " "))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(shown).isEqualTo(known);
    }

    static List<String> instructions() {
        return List.of(
                "FROM",
                "RUN",
                "COPY",
                "ADD",
                "HEALTHCHECK",
                "CMD",
                "ENTRYPOINT",
                "ENV",
                "LABEL",
                "EXPOSE",
                "VOLUME",
                "USER",
                "WORKDIR",
                "STOPSIGNAL",
                "SHELL",
                "MAINTAINER");
    }

    @Test
    void noTwoCasesHaveOneTitle() throws IOException {
        assertThat(cases()).extracting(Case::title).doesNotHaveDuplicates();
    }
}
