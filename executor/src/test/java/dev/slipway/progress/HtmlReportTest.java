package dev.slipway.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;

class HtmlReportTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-01-02T03:04:05.678Z"));
    private static final BuildEvent.Stage STAGE = new BuildEvent.Stage(0, Optional.of("build"), "debian:12");
    private static final BuildEvent.Step STEP =
            new BuildEvent.Step(STAGE, 2, 7, "RUN make && echo '<b>'", "Dockerfile", OptionalInt.of(12));

    @TempDir
    Path directory;

    private final List<BuildEvent> logged = new ArrayList<>();

    private String report(BuildEvent... events) throws Exception {
        Path file = directory.resolve("report.html");
        HtmlReport report = new HtmlReport(file, logged::add, CLOCK);
        List.of(events).forEach(report::on);
        return Files.readString(file);
    }

    private static BuildEvent output(String line) {
        return new BuildEvent.CommandOutput(STEP, BuildEvent.CommandOutput.Stream.STDOUT, line);
    }

    @Test
    void tellsStagesStepsTimesSizesAndWhereTheImageIs() throws Exception {
        assertThat(report(
                        new BuildEvent.PlanMade("Dockerfile", List.of(STAGE), List.of()),
                        new BuildEvent.CheckWarning(
                                "StageNameCasing", "a name", "Dockerfile", OptionalInt.of(1), "https://rules/#x"),
                        new BuildEvent.StepStarted(STEP),
                        output("cc main.c"),
                        new BuildEvent.StepFinished(STEP, Duration.ofMillis(3240), OptionalLong.of(12_345_678), false),
                        new BuildEvent.ImageBuilt(
                                "sha256:12",
                                "m",
                                List.of(new BuildEvent.ImageBuilt.Layer("sha256:34", 12_345_678)),
                                Duration.ofSeconds(4)),
                        new BuildEvent.ImagePushed("registry/app:1", "sha256:12", Duration.ofSeconds(1)),
                        new BuildEvent.BuildFinished(Duration.ofSeconds(5))))
                .contains("<title>Build succeeded: Dockerfile</title>")
                .contains("RUN make &amp;&amp; echo &#39;&lt;b&gt;&#39;")
                .contains("3.2 s, layer 12.3 MB · line 12")
                .contains("cc main.c")
                .contains("sha256:12", "registry/app:1", "sha256:34")
                .contains("<a href=\"https://rules/#x\">StageNameCasing</a>")
                .doesNotContain("<b>", "What went wrong", "<script");
    }

    @Test
    void isWrittenWhenTheBuildFailsWithTheFailuresWordsAndTheOutputUnfolded() throws Exception {
        assertThat(report(
                        new BuildEvent.StepStarted(STEP),
                        output("\u001b[31merror\u001b[0m: no \u0007 main"),
                        new BuildEvent.StepFailed(STEP, Duration.ofSeconds(2)),
                        new BuildEvent.BuildFailed(FailureClass.BUILD, 2, "Dockerfile:12: RUN failed\n 12 | RUN make")))
                .contains("Build failed", "Dockerfile:12: RUN failed\n 12 | RUN make")
                .contains("Class: <strong>build failed</strong>, exit code 2.")
                .contains("<details open>", "failed after 2.0 s")
                .contains("error: no \uFFFD main")
                .doesNotContain("\u001b");
    }

    @Test
    void isWellFormedAndNamesWhatAScreenReaderNeeds() throws Exception {
        String page = report(
                new BuildEvent.StepStarted(STEP),
                output("]]> & <x>"),
                new BuildEvent.StepFailed(STEP, Duration.ofSeconds(2)),
                new BuildEvent.BuildFailed(FailureClass.BUILD, 2, "no"));
        assertThat(page).startsWith("<!DOCTYPE html>\n<html lang=\"en\">").contains("charset=\"utf-8\"");
        String body = page.substring(page.indexOf("<body>"), page.indexOf("</html>"))
                .replace("<br>", "<br/>")
                .replace("<details open>", "<details>");
        Element root = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)))
                .getDocumentElement();
        assertThat(root.getElementsByTagName("h1").getLength()).isEqualTo(1);
        var sections = root.getElementsByTagName("section");
        for (int i = 0; i < sections.getLength(); i++) {
            String label = ((Element) sections.item(i)).getAttribute("aria-labelledby");
            assertThat(page).contains("<h2 id=\"" + label + "\">");
        }
    }

    @Test
    void keepsTheBeginningAndTheEndOfALongOutput() throws Exception {
        List<BuildEvent> events = new ArrayList<>(List.of(new BuildEvent.StepStarted(STEP)));
        for (int i = 0; i < 100_000; i++) {
            events.add(output("line " + i + " "));
        }
        events.add(new BuildEvent.BuildFailed(FailureClass.BUILD, 1, "x"));
        String page = report(events.toArray(BuildEvent[]::new));
        assertThat(page)
                .contains("line 0 ", "line 199 ", "… 99,000 lines left out …", "line 99999 ")
                .doesNotContain("line 200 ")
                .contains("not finished")
                .hasSizeLessThan(100_000);
    }

    @Test
    void saysInTheLogThatItCantBeWritten() throws Exception {
        Path file = Files.createFile(directory.resolve("no-directory"));
        HtmlReport report = new HtmlReport(file.resolve("report.html"), logged::add, CLOCK);
        report.on(new BuildEvent.BuildFinished(Duration.ZERO));
        assertThat(logged).singleElement().asString().contains("no-directory/report.html", "can't be written");
    }

    @Test
    void makesItsDirectoryAnewWhereTheBuildHasEmptiedTheFilesystem() {
        Path file = directory.resolve("gone/report.html");
        new HtmlReport(file, logged::add, CLOCK).on(new BuildEvent.BuildFinished(Duration.ZERO));
        assertThat(file).content().contains("Build succeeded");
    }
}
