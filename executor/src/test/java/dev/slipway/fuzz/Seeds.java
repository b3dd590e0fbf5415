package dev.slipway.fuzz;

import dev.slipway.attest.PackagesFuzz;
import dev.slipway.fixture.image.TarBuilder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * What a fuzzer begins with: the inputs that once failed, the Dockerfiles of our own tests and of the conformance cases
 * where these are at hand, and one of everything else.
 */
final class Seeds {
    private static final Path RESOURCES = Path.of("src/test/resources/dev/slipway");

    private final Path directory;
    private final int choice;
    private int count;

    /** Seeds for a directory; {@code choice} is put in front of each unless it is negative. */
    Seeds(Path directory, int choice) {
        this.directory = directory;
        this.choice = choice;
    }

    /** Inputs that failed before they were kept. */
    static List<Path> kept(String target) throws IOException {
        Path place = RESOURCES.resolve("fuzz").resolve(target);
        return Files.isDirectory(place) ? files(place) : List.of();
    }

    /** Writes the seeds of a target, and says how many there are. */
    int plant(String target) throws IOException {
        for (Path kept : kept(target)) {
            add(Files.readAllBytes(kept));
        }
        switch (target) {
            case "DockerfileFuzz" -> dockerfiles("Dockerfile");
            case "DockerIgnoreFuzz" -> {
                dockerfiles(".dockerignore");
                add("**/*.log\n!keep.log\n# no\n a[^b]?\\*\n/x/../y\n\0sub/keep.log");
            }
            case "ImageReferenceFuzz" -> {
                add("registry.example.com:5000/team/app:1.2@sha256:" + "0a".repeat(32));
                add("debian");
                add("linux/arm/v7");
                add("windows(10.0.17763)/amd64");
            }
            case "ManifestFuzz" -> documents();
            case "ChallengeFuzz" -> {
                add(
                        "Bearer realm=\"https://a.example/token\",service=\"r\",scope=\"repository:a/b:pull\", Basic x=\"\\\"\"");
                add("Basic dG9rZW42OA==, Bearer realm=a , error=\"invalid_token\"");
                add("{\"auths\":{\"https://r.example/v1/\":{\"auth\":\"YTpi\"},\"r/a\":{\"identitytoken\":\"t\"}},"
                        + "\"credHelpers\":{\"x\":\"ecr-login\"},\"credsStore\":\"y\"}");
            }
            case "TarFuzz" -> add(tar());
            case "ArchiveFuzz" -> {
                add(tar());
                ByteArrayOutputStream packed = new ByteArrayOutputStream();
                try (OutputStream gzip = new GZIPOutputStream(packed)) {
                    gzip.write(tar());
                }
                add(packed.toByteArray());
            }
            case "PackagesFuzz" -> packages();
            default -> throw new IllegalArgumentException("no seeds for " + target);
        }
        return count;
    }

    /** The databases of rpm are among the inputs that are kept. */
    private void packages() throws IOException {
        file(
                "var/lib/dpkg/status",
                "Package: a\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.2-3\n d\n\nPackage: b\n");
        file("lib/apk/db/installed", "P:a\nV:1-r0\nA:x86_64\nL:MIT\n\nP:b\n");
        file(
                "app/package-lock.json",
                "{\"packages\":{\"node_modules/@s/a\":{\"version\":\"1\",\"license\":{\"type\":\"MIT\"}}},"
                        + "\"dependencies\":{\"b\":{\"version\":\"2\",\"dependencies\":{\"c\":{}}}}}");
        file("app/node_modules/a/package.json", "{\"name\":\"@s/a\",\"version\":\"1\",\"license\":\"MIT\"}");
        file("lib/a.dist-info/METADATA", "Metadata-Version: 2.4\nName: A_b\nVersion: 1\nLicense-Expression: MIT\n\n");
        file("app/requirements.txt", "a[x]==1.2 ; python_version < '3'\n-r b.txt\n");
        file("app/Cargo.lock", "[[package]]\nname = \"a\"\nversion = \"1\"\n\n[metadata]\n");
        file("app/gradle.lockfile", "g:a:1=compileClasspath\nempty=\n");
        file("app/go.mod", "module m\nrequire (\n\te.org/a/v2 v2.0.0 // indirect\n)\nrequire e.org/b v1\n");
        file(
                "usr/bin/program",
                "\u007fELF" + "\0".repeat(12) + "\u00ff Go buildinf:\u0008\u0002" + "\0".repeat(16)
                        + "\u0006go1.24\u0040" + "i".repeat(16) + "dep\ta.org/b\tv1\n=>\tc.org/d\tv2\n"
                        + "i".repeat(16));
        file("etc/os-release", "ID=\"debian\"\nVERSION_ID='12'\n");
        ByteArrayOutputStream jar = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(jar)) {
            zip.putNextEntry(new ZipEntry("META-INF/maven/g/a/pom.properties"));
            zip.write("groupId=g\nartifactId=a\nversion=\\u0031\n".getBytes(StandardCharsets.UTF_8));
        }
        file("app/a-1.0.jar", jar.toByteArray());
    }

    private void file(String path, String content) throws IOException {
        file(path, content.getBytes(StandardCharsets.ISO_8859_1));
    }

    private void file(String path, byte[] content) throws IOException {
        ByteArrayOutputStream input = new ByteArrayOutputStream();
        input.write(PackagesFuzz.choice(path));
        input.writeBytes(content);
        add(input.toByteArray());
    }

    private void dockerfiles(String name) throws IOException {
        List<Path> places = new ArrayList<>(List.of(RESOURCES, Path.of("../docs")));
        String conformance = System.getenv("CONFORMANCE");
        if (conformance != null) {
            places.add(Path.of(conformance));
        }
        for (Path place : places) {
            for (Path file : files(place)) {
                if (file.endsWith(name) && Files.size(file) < 8_192) {
                    add(Files.readAllBytes(file));
                }
            }
        }
    }

    private void documents() throws IOException {
        String digest = "sha256:" + "0b".repeat(32);
        String descriptor =
                "{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\",\"digest\":\"%s\",\"size\":5,"
                                .formatted(digest)
                        + "\"platform\":{\"os\":\"linux\",\"architecture\":\"arm\",\"variant\":\"v7\"},\"urls\":[\"u\"]}";
        add(
                "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"config\":%s,\"layers\":[%s],"
                                .formatted(descriptor, descriptor)
                        + "\"annotations\":{\"a\":\"b\"},\"subject\":" + descriptor + "}");
        add("{\"schemaVersion\":2,\"manifests\":[%s]}".formatted(descriptor));
        add("{\"created\":\"2026-01-02T03:04:05.000000006Z\",\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{"
                + "\"Env\":[\"A=b\"],\"Cmd\":[\"x\"],\"Entrypoint\":null,\"ExposedPorts\":{\"80/tcp\":{}},\"Volumes\":{\"/v\":{}},"
                + "\"Healthcheck\":{\"Test\":[\"NONE\"],\"Interval\":1000000000},\"Labels\":{\"l\":\"m\"},\"OnBuild\":[\"RUN x\"]},"
                + "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"%s\"]},".formatted(digest)
                + "\"history\":[{\"created_by\":\"x\",\"empty_layer\":true}]}");
    }

    private static byte[] tar() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        TarBuilder.write(
                bytes,
                tar -> tar.directory("d", 0755)
                        .file("d/f", 0644, "content")
                        .file("d/" + "long".repeat(60), 0600, "x")
                        .symlink("d/l", "../../etc/passwd")
                        .hardLink("d/h", "d/f")
                        .characterDevice("null", 0666, 1, 3)
                        .fifo("p", 0600)
                        .whiteout("d/gone"));
        return bytes.toByteArray();
    }

    private void add(String text) throws IOException {
        add(text.getBytes(StandardCharsets.UTF_8));
    }

    private void add(byte[] input) throws IOException {
        Path file = directory.resolve("seed%d-%d".formatted(choice, count++));
        byte[] first = choice < 0 ? new byte[0] : new byte[] {(byte) choice};
        Files.write(file, first);
        Files.write(file, input, StandardOpenOption.APPEND);
    }

    private static List<Path> files(Path place) throws IOException {
        try (Stream<Path> found = Files.walk(place)) {
            return found.filter(Files::isRegularFile).sorted().toList();
        }
    }
}
