package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.slipway.build.DockerfileSource;
import dev.slipway.context.ContextException;
import dev.slipway.context.StandardInput;
import dev.slipway.network.NetworkSettings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A Dockerfile that is no file: behind a URL, or on standard input (pains 65). */
class DockerfileFromFlagsTest {
    private static final String TEXT = "FROM scratch\nCOPY hello /\n";

    @AutoClose
    private final CommandLine command = new CommandLine().file("hello", "hi");

    private HttpServer server;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            boolean known = exchange.getRequestURI().getPath().equals("/team/Dockerfile");
            boolean secret = exchange.getRequestURI().getPath().equals("/secret/Dockerfile");
            String wanted = "Basic " + Base64.getEncoder().encodeToString("u:s3cret".getBytes(StandardCharsets.UTF_8));
            boolean open = known
                    || secret && wanted.equals(exchange.getRequestHeaders().getFirst("Authorization"));
            byte[] body = TEXT.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(open ? 200 : 404, open ? body.length : -1);
            if (open) {
                exchange.getResponseBody().write(body);
            }
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    private DockerfileSource source(StandardInput input, String... arguments) throws Exception {
        GivenFlags flags = new FlagParser(FlagTable.flags(FlagTable.BUILD)).parse(List.of(arguments), Map.of());
        return new DockerfileFromFlags(flags, NetworkSettings.direct(), input).source();
    }

    private static StandardInput input(String text) {
        return new StandardInput(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), false);
    }

    @Test
    void isFetchedFromAUrlAndBuiltWithTheContext() {
        command.builds("--dockerfile=" + url("/team/Dockerfile"), "--no-push");
        CommandLine.Ended missing = command.build("--dockerfile=" + url("/none"), "--no-push");
        assertThat(missing.exitCode()).isEqualTo(66);
        assertThat(missing.lastLine()).contains("--dockerfile", "/none", "404", "is the URL right?");
    }

    @Test
    void aPasswordInTheUrlIsUsedAndNeverShown() {
        String secret = url("/secret/Dockerfile").replace("127", "u:s3cret@127");
        CommandLine.Ended built = command.builds("--dockerfile=" + secret, "--no-push", "--verbosity=debug");
        assertThat(built.out() + built.err()).doesNotContain("s3cret");
        CommandLine.Ended refused =
                command.build("--dockerfile=" + secret.replace("/secret", "/other"), "--no-push", "--verbosity=debug");
        assertThat(refused.exitCode()).isEqualTo(66);
        assertThat(refused.out() + refused.err()).doesNotContain("s3cret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/team/Dockerfile?X-Amz-Signature=s1gned", "/none?sig=s1gned", "/no URL?sig=s1gned"})
    void aSignatureInTheUrlIsNeverShown(String path) throws Exception {
        String signed = url(path).replace("http://127", "HTTP://u:s1gned@127");
        Path report = command.path("report.html");
        CommandLine.Ended built =
                command.build("--dockerfile=" + signed, "--no-push", "--verbosity=debug", "--report=" + report);
        assertThat(built.exitCode()).isEqualTo(path.startsWith("/team/") ? 0 : 66);
        assertThat(built.out() + built.err() + Files.readString(report)).doesNotContain("s1gned");
    }

    @Test
    void isNamedByItsUrlWithoutUserAndSignature() throws Exception {
        String signed = url("/team/Dockerfile?sig=s1gned").replace("http://127", "HTTP://u:s1gned@127");
        assertThat(source(input(""), "--dockerfile", signed).name())
                .isEqualTo(url("/team/Dockerfile").replace("http", "HTTP"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-", "/dev/stdin"})
    void isReadFromStandardInput(String name) throws Exception {
        assertThat(source(input(TEXT), "--dockerfile", name))
                .isInstanceOfSatisfying(
                        DockerfileSource.Given.class,
                        given -> assertThat(given.text())
                                .asString(StandardCharsets.UTF_8)
                                .isEqualTo(TEXT));
    }

    @Test
    void anInputThatGivesNothingIsRefusedWithWords() {
        assertThatThrownBy(() -> source(input(""), "--dockerfile=-"))
                .isInstanceOf(ContextException.class)
                .hasMessageContaining("standard input is empty");
        StandardInput terminal = new StandardInput(new ByteArrayInputStream(new byte[0]), true);
        assertThatThrownBy(() -> source(terminal, "--dockerfile=-"))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("is a terminal");
        assertThatThrownBy(() -> source(input(TEXT), "--dockerfile=-", "--context=tar://stdin"))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("both read standard input");
    }

    @Test
    void anythingElseIsAPath() throws Exception {
        assertThat(source(input(""), "--dockerfile=docker/app.Dockerfile"))
                .isEqualTo(new DockerfileSource.AtPath("docker/app.Dockerfile"));
    }
}
