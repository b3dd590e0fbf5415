package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.cloud.AzureServer;
import dev.slipway.fixture.cloud.GcsServer;
import dev.slipway.fixture.cloud.S3Server;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code --digest-file} and its kin into buckets. */
class ReportsInBucketsTest {

    @AutoClose
    private final CommandLine command = new CommandLine()
            .file("Dockerfile", "FROM scratch\nCOPY hello /hello\n")
            .file("hello", "hi");

    @Test
    void everyReportOfOneFileMayBeAnObject() throws IOException {
        try (S3Server s3 = S3Server.start("reports");
                GcsServer gcs = GcsServer.start()) {
            s3.environment().forEach(command::variable);
            command.variable("STORAGE_EMULATOR_HOST", gcs.url());
            CommandLine.Ended ended = command.builds(
                    "--no-push",
                    "--destination=a.example/team/app:7",
                    "--digest-file=s3://reports/app/digest",
                    "--image-name-with-digest-file=gs://" + GcsServer.PUBLIC_BUCKET + "/app/name",
                    "--image-name-tag-with-digest-file=s3://reports/app/tag",
                    "--iidfile=" + command.path("iid"),
                    "--metadata-file=s3://reports/app/metadata.json");
            String digest = Files.readString(s3.object("reports", "app/digest"));
            assertThat(digest).matches("sha256:[0-9a-f]{64}");
            assertThat(gcs.content(GcsServer.PUBLIC_BUCKET, "app/name"))
                    .hasValueSatisfying(name -> assertThat(new String(name, StandardCharsets.UTF_8))
                            .isEqualTo("a.example/team/app@" + digest + "\n"));
            assertThat(s3.object("reports", "app/tag")).hasContent("a.example/team/app:7@" + digest + "\n");
            assertThat(s3.object("reports", "app/metadata.json")).content().contains(digest);
            assertThat(command.path("iid")).content().startsWith("sha256:");
            assertThat(command.path("s3:")).doesNotExist();
            assertThat(ended.err()).doesNotContain(S3Server.SECRET_KEY);

            CommandLine.Ended nowhere = command.build("--no-push", "--digest-file=s3://absent/digest");
            assertThat(nowhere.exitCode()).isEqualTo(71);
            assertThat(nowhere.lastLine())
                    .contains("--digest-file \"s3://absent/digest\" can't be written", "there is no bucket \"absent\"");
        }
    }

    @Test
    void aReportMayBeABlob() throws Exception {
        try (AzureServer azure = AzureServer.start()) {
            azure.createContainer("reports");
            azure.environment().forEach(command::variable);
            String place = "https://" + AzureServer.ACCOUNT + ".blob.core.windows.net/reports/app/";
            command.variable("AZURE_STORAGE_BLOB_ENDPOINT", azure.url());
            CommandLine.Ended ended = command.builds(
                    "--no-push",
                    "--destination=a.example/team/app:7",
                    "--digest-file=" + place + "digest",
                    "--image-name-with-digest-file=" + place + "name",
                    "--iidfile=" + command.path("iid"));
            String digest = azure.content("reports", "app/digest");
            assertThat(digest).matches("sha256:[0-9a-f]{64}");
            assertThat(azure.content("reports", "app/name")).isEqualTo("a.example/team/app@" + digest + "\n");
            assertThat(ended.err()).doesNotContain(AzureServer.KEY);

            CommandLine.Ended nowhere = command.build(
                    "--no-push",
                    "--digest-file=https://" + AzureServer.ACCOUNT + ".blob.core.windows.net/absent/digest");
            assertThat(nowhere.exitCode()).isEqualTo(71);
            assertThat(nowhere.lastLine()).contains("--digest-file", "absent/digest\" can't be written");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "--digest-file, s3://reports, names no object",
        "--digest-file, gs://reports/app/, names no object",
        "--digest-file, ftp://host/digest, name a file",
        "--digest-file, https://host.example/digest, name a file",
        "--iidfile, s3://, names no bucket",
        "--results-dir, s3://reports/results, name a directory",
        "--tar-path, s3://reports/image.tar, name a file"
    })
    void aPlaceThatCanNotBeRightIsRefusedBeforeAnythingIsBuilt(String flag, String place, String words) {
        CommandLine.Ended ended = command.build("--no-push", flag + "=" + place);
        assertThat(ended.exitCode()).as("%s", ended).isEqualTo(64);
        assertThat(ended.lastLine()).contains(flag, place, words);
        assertThat(ended.err()).doesNotContain("COPY");
    }
}
