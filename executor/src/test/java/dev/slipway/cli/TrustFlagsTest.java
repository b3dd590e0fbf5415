package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.image.Image;
import dev.slipway.fixture.image.ImageBuilder;
import dev.slipway.fixture.process.TemporaryDirectory;
import dev.slipway.fixture.registry.DockerRegistry;
import dev.slipway.fixture.registry.ForwardProxy;
import dev.slipway.fixture.registry.RegistryAccess;
import dev.slipway.fixture.registry.ServerCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which registries are spoken to in clear, and whose certificates are believed, as the flags say for each direction. */
class TrustFlagsTest {
    private static final String DISTRUST = "nobody we trust signed its certificate";

    private static TemporaryDirectory directory;
    private static DockerRegistry secure;
    private static DockerRegistry plain;

    @AutoClose
    private final CommandLine command = new CommandLine().file("hello", "hi");

    /** A company's registry whose certificate nobody knows, and one that speaks no TLS; each has a base image. */
    @BeforeAll
    static void start() {
        directory = TemporaryDirectory.create("trust");
        Image base = ImageBuilder.oci()
                .layer(tar -> tar.file("base", 0644, "base"))
                .writeTo(directory.path().resolve("base"));
        secure = DockerRegistry.with().withTls().start();
        plain = DockerRegistry.start();
        for (DockerRegistry registry : List.of(secure, plain)) {
            try (RegistryAccess access = RegistryAccess.to(registry)) {
                access.push(base, "base", "1");
            }
        }
    }

    @AfterAll
    static void stop() {
        plain.close();
        secure.close();
        directory.close();
    }

    private static String[] flags(String flag, String... more) {
        List<String> flags = new ArrayList<>(List.of(more));
        if (!flag.isEmpty()) {
            flags.add(flag);
        }
        return flags.toArray(String[]::new);
    }

    private CommandLine.Ended pull(String base, String flag) {
        return command.file("Dockerfile", "FROM " + base + "\nCOPY hello /\n").build(flags(flag, "--no-push"));
    }

    private CommandLine.Ended push(String destination, String flag) {
        return command.file("Dockerfile", "FROM scratch\nCOPY hello /\n")
                .build(flags(flag, "--destination=" + destination));
    }

    private static void endsAs(boolean succeeds, CommandLine.Ended ended, String otherwise) {
        assertThat(ended.exitCode()).as("%s", ended).isEqualTo(succeeds ? 0 : 69);
        if (!succeeds) {
            assertThat(ended.lastLine()).contains(otherwise);
        }
    }

    @ParameterizedTest(name = "\"{0}\": pull {1}, push {2}")
    @CsvSource({
        "'', false, false",
        "--registry-certificate=REGISTRY=CERTIFICATE, true, true",
        "--ca-dir=AUTHORITIES, true, true",
        "--skip-tls-verify, false, true",
        "--skip-tls-verify-pull, true, false",
        "--skip-tls-verify-registry=REGISTRY, true, true",
        "--skip-tls-verify-registry=other.example, false, false",
        "--tls-verify=false, true, true",
        "--insecure, false, false",
        "--insecure-registry=REGISTRY, false, false"
    })
    void aRegistryWhoseCertificateNobodyKnowsIsBelievedAsTheFlagsSay(String flag, boolean pulls, boolean pushes)
            throws IOException {
        Path certificate = secure.certificate().orElseThrow();
        Path authorities = Files.createDirectory(command.path("authorities"));
        Files.copy(certificate, authorities.resolve("company.crt"));
        String written = flag.replace("REGISTRY", secure.host())
                .replace("CERTIFICATE", certificate.toString())
                .replace("AUTHORITIES", authorities.toString());
        endsAs(pulls, pull(secure.reference("base:1"), written), DISTRUST);
        endsAs(pushes, push(secure.reference("app:1"), written), DISTRUST);
    }

    @Test
    void anAuthorityOfOneRegistryIsNoneOfAnother() {
        String flag =
                "--registry-certificate=other.example=" + secure.certificate().orElseThrow();
        endsAs(false, pull(secure.reference("base:1"), flag), DISTRUST);
    }

    @Test
    void aRegistryThatWantsToKnowItsClientsIsShownTheirCertificate() throws IOException {
        ServerCertificate client = ServerCertificate.create(Files.createDirectory(command.path("client")));
        try (DockerRegistry locked =
                DockerRegistry.with().withClientsOf(client.certificate()).start()) {
            String trust = "--registry-certificate=" + locked.host() + "="
                    + locked.certificate().orElseThrow();
            CommandLine.Ended unknown = push(locked.reference("app:1"), trust);
            endsAs(false, unknown, "check the right to push to \"%s\"".formatted(locked.reference("app")));
            assertThat(unknown.lastLine())
                    .contains("https://%s/v2/".formatted(locked.host()))
                    // A server that closes on us may lose its own alert.
                    .containsPattern("it lets in nobody whose certificate it doesn't know \\(.*fatal alert: "
                            + "(bad_certificate|certificate_required)|the connection broke")
                    .contains("--registry-client-cert=%s=CERTIFICATE,KEY".formatted(locked.host()));
            String known =
                    "--registry-client-cert=%s=%s,%s".formatted(locked.host(), client.certificate(), client.key());
            command.file("Dockerfile", "FROM scratch\nCOPY hello /\n")
                    .builds(trust, known, "--destination=" + locked.reference("app:1"));
            command.file("Dockerfile", "FROM " + locked.reference("app:1") + "\nCOPY hello /again\n")
                    .builds(trust, known, "--no-push");
        }
    }

    /** Registries of this machine may be spoken to in clear without leave; a name behind a proxy is none. */
    @ParameterizedTest(name = "\"{0}\": pull {1}, push {2}")
    @CsvSource({
        "'', false, false",
        "--insecure, false, true",
        "--insecure-pull, true, false",
        "--insecure-registry=registry.example, true, true",
        "--insecure-registry=other.example, false, false",
        "--tls-verify=false, false, false"
    })
    void nothingIsSaidInClearUnlessAFlagAllowsIt(String flag, boolean pulls, boolean pushes) {
        String otherwise = "it speaks plain HTTP, not TLS; --insecure-registry allows that";
        try (ForwardProxy proxy = ForwardProxy.before(plain.host(), "me:hunter2")) {
            command.variable("HTTP_PROXY", proxy.url()).variable("HTTPS_PROXY", proxy.url());
            endsAs(pulls, pull("registry.example/base:1", flag), otherwise);
            endsAs(pushes, push("registry.example/app:1", flag), otherwise);
            assertThat(proxy.requests())
                    .filteredOn(line -> !line.startsWith("CONNECT "))
                    .as("what was said in clear")
                    .satisfies(lines -> assertThat(lines.isEmpty()).isEqualTo(!pulls && !pushes));
        }
    }

    @Test
    void dockerHubIsAskedAtTheHostOfItsApi() {
        try (ForwardProxy proxy = ForwardProxy.before(plain.host(), "me:hunter2")) {
            command.variable("HTTPS_PROXY", proxy.url());
            pull("busybox:1", "");
            assertThat(proxy.requests())
                    .isNotEmpty()
                    .allMatch(line -> line.startsWith("CONNECT registry-1.docker.io:443 "));
        }
    }

    @Test
    void theProxyOfDockersConfigLeadsToARegistry() throws IOException {
        try (ForwardProxy proxy = ForwardProxy.before(plain.host(), "me:hunter2")) {
            Path docker = Files.createDirectory(command.path("docker"));
            Files.writeString(
                    docker.resolve("config.json"),
                    "{\"proxies\":{\"default\":{\"httpProxy\":\"%1$s\",\"httpsProxy\":\"%1$s\"}}}"
                            .formatted(proxy.url()));
            command.variable("DOCKER_CONFIG", docker.toString());
            endsAs(true, pull("registry.example/base:1", "--insecure-pull"), "");
            assertThat(proxy.requests()).anyMatch(line -> line.startsWith("GET http://registry.example/v2/base/"));
        }
    }
}
