package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.context.ContextUri;
import dev.slipway.context.bucket.ObjectStores;
import dev.slipway.fixture.cloud.GcsServer;
import dev.slipway.fixture.cloud.S3Server;
import dev.slipway.fixture.git.GitHttpServer;
import dev.slipway.fixture.git.GitHttpServer.Manners;
import dev.slipway.fixture.git.GitRepository;
import dev.slipway.fixture.image.Image;
import dev.slipway.fixture.image.TarBuilder;
import dev.slipway.fixture.registry.ServerCertificate;
import dev.slipway.network.NetworkSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Whole builds of contexts that come from elsewhere, the main one and further ones, as the flags say. */
class FetchedContextsTest {

    @AutoClose
    private final CommandLine command = new CommandLine();

    @Test
    void furtherContextsComeFromArchivesAndBuckets() throws Exception {
        Path archive = Files.write(command.path("src.tar"), archive("file", "of the archive"));
        try (S3Server s3 = S3Server.start("sources");
                GcsServer gcs = GcsServer.start()) {
            s3.environment().forEach(command::variable);
            command.variable("STORAGE_EMULATOR_HOST", gcs.url());
            put(s3, "app.tar", archive("file", "of the object"));
            put(s3, "tree/deep/file", "of the prefix".getBytes(StandardCharsets.UTF_8));
            gcs.put(GcsServer.PUBLIC_BUCKET, "app.tar", archive("file", "of the public"));
            command.file("Dockerfile", """
                    FROM scratch
                    COPY --from=tar /file /1
                    COPY --from=object /file /2
                    COPY --from=prefix /deep/file /3
                    COPY --from=public /file /4
                    """);
            command.builds(
                    "--no-push",
                    "--oci-layout-path=" + command.path("out"),
                    "--build-context=tar=tar://" + archive,
                    "--build-context=object=s3://sources/app.tar",
                    "--build-context=prefix=s3://sources/tree/",
                    "--build-context=public=gs://" + GcsServer.PUBLIC_BUCKET + "/app.tar");
            ExpectedImage.parse(List.of(
                            "text /1 of the archive",
                            "text /2 of the object",
                            "text /3 of the prefix",
                            "text /4 of the public"))
                    .check(Image.only(command.path("out")));
            CommandLine.Ended absent = command.build(
                    "--no-push",
                    "--build-context=tar=tar://" + archive,
                    "--build-context=object=s3://sources/none.tar",
                    "--build-context=prefix=s3://sources/tree/",
                    "--build-context=public=gs://" + GcsServer.PUBLIC_BUCKET + "/app.tar");
            assertThat(absent.exitCode()).as("%s", absent).isEqualTo(66);
            assertThat(absent.lastLine()).contains("Dockerfile:3", "--build-context object", "s3://sources/none.tar");
        }
    }

    @Test
    void theOlderFlagNamesTheBucketOfTheContext() throws Exception {
        try (GcsServer gcs = GcsServer.start()) {
            command.variable("STORAGE_EMULATOR_HOST", gcs.url());
            gcs.put(GcsServer.PUBLIC_BUCKET, "team/app.tar", archive("Dockerfile", "FROM scratch\nCOPY . /\n"));
            command.succeeds(
                    "--bucket=" + GcsServer.PUBLIC_BUCKET,
                    "--context=team/app.tar",
                    "--slipway-dir=" + command.path("own"),
                    "--no-push",
                    "--oci-layout-path=" + command.path("out"));
            ExpectedImage.parse(List.of("only Dockerfile")).check(Image.only(command.path("out")));
        }
    }

    @Test
    void aServerOfContextsIsBelievedByTheFlagForCertificates() throws Exception {
        Path authorities = Files.createDirectory(command.path("authorities"));
        ServerCertificate certificate = ServerCertificate.create(authorities);
        Path root = Files.createDirectory(command.path("srv"));
        String commit = GitRepository.create(root, "team/app")
                .file("Dockerfile", "FROM scratch\nCOPY Dockerfile /\n")
                .commit("a");
        try (GitHttpServer server = GitHttpServer.start(root, Manners.OPEN.with(certificate))) {
            String[] flags = {
                "--context=" + server.url("team/app"),
                "--slipway-dir=" + command.path("own"),
                "--no-push",
                "--oci-layout-path=" + command.path("out"),
                "--ca-dir=" + Files.createDirectory(command.path("none"))
            };
            CommandLine.Ended distrusted = command.run(flags);
            assertThat(distrusted.exitCode()).as("%s", distrusted).isEqualTo(66);
            assertThat(distrusted.lastLine()).contains("add its authority with --ca-dir");
            Path trusted = Files.createDirectory(command.path("trusted"));
            Files.copy(certificate.certificate(), trusted.resolve("forge.crt"));
            flags[flags.length - 1] = "--ca-dir=" + trusted;
            assertThat(command.succeeds(flags).err()).contains(commit);
        }
    }

    @Test
    void aWrongValueForGitIsAMistakeOfTheCommandLine() {
        CommandLine.Ended ended = command.file("Dockerfile", "FROM scratch\n").build("--no-push", "--git=depth=all");
        assertThat(ended.exitCode()).as("%s", ended).isEqualTo(64);
        assertThat(ended.lastLine()).contains("--git \"depth=all\": write how many commits to fetch, 0 for all");
    }

    private static byte[] archive(String name, String content) throws IOException {
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        TarBuilder.write(archive, tar -> tar.file(name, 0644, content));
        return archive.toByteArray();
    }

    private static void put(S3Server server, String key, byte[] content) throws Exception {
        try (ObjectStores.Target target = ObjectStores.installed()
                .open(ContextUri.parse("s3://sources/" + key), server.environment(), NetworkSettings.direct())) {
            target.put(content);
        }
    }
}
