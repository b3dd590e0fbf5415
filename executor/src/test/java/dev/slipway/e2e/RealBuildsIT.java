package dev.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.base.BaseImages;
import dev.slipway.fixture.image.Image;
import dev.slipway.fixture.process.Completed;
import dev.slipway.fixture.registry.EmbeddedRegistry;
import dev.slipway.fixture.registry.RegistryAccess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/**
 * What Debian's package tools do to a root filesystem, and many files: the same layers from an overlay, from a plain
 * directory, and in place in a pod.
 */
class RealBuildsIT {

    /** A revision 2 capability set, cap_net_raw+ep. */
    private static final String CAPABILITY = "0100000200200000000000000000000000000000";

    private static final String DOCKERFILE = """
            ARG BASE
            FROM ${BASE} AS packages
            COPY pack /
            RUN sh /pack one 1.0 && sh /pack two 2.0

            FROM ${BASE}
            ADD tools.tar /opt/
            COPY --from=packages /debs/ /debs/
            RUN dpkg -i /debs/one.deb /debs/two.deb && rm -r /debs && rm /var/log/dpkg.log && sed -Ei 's/^([^:]*:[^:]*):[0-9]+:/\\1:1:/' /etc/shadow /etc/shadow-
            RUN groupadd -g 4242 app && useradd -u 4242 -g app -m app && echo app:secret | chpasswd -e && sed -Ei 's/^([^:]*:[^:]*):[0-9]+:/\\1:1:/' /etc/shadow /etc/shadow-
            RUN mkdir /many && cd /many && seq -f x%05g 50000 | xargs touch && seq 300 | split -l 1 -a 2 -
            RUN cd /many && rm x12* xab && mkdir moved && mv x03* xac moved && chown -R app moved && ln xaa hard && chmod 600 hard
            RUN dpkg -P two && rm /var/log/dpkg.log && rm -r /usr/share/doc && mkdir /usr/share/doc && echo n > /usr/share/doc/n
            RUN cp -a /opt/ping /usr/bin/ping && mv /opt/ping /opt/pong && chmod 2755 /usr/bin/one
            RUN rm -r /etc/skel && ln -s /many /etc/skel && rm /etc/motd && mkdir /etc/motd
            USER app
            RUN touch ~/mine && ! rm /many/hard && find /many -newer /etc/passwd | wc -l > /tmp/count
            """;

    /** Makes a package with a program, a configuration file and a script that is run after it is unpacked. */
    private static final String PACK = """
            set -e
            export SOURCE_DATE_EPOCH=1
            mkdir -p /debs /p/DEBIAN /p/usr/bin /p/etc/$1 /p/usr/share/doc/$1
            printf 'Package: %s\\nVersion: %s\\nArchitecture: all\\nMaintainer: a <a@b>\\nDescription: d\\n' $1 $2 > /p/DEBIAN/control
            printf '#!/bin/sh\\nset -e\\nuseradd -r %s\\nchown %s /usr/bin/%s\\nchmod 4755 /usr/bin/%s\\n' $1 $1 $1 $1 > /p/DEBIAN/postinst
            chmod 755 /p/DEBIAN/postinst
            echo /etc/$1/conf > /p/DEBIAN/conffiles
            echo $2 > /p/etc/$1/conf
            echo text > /p/usr/share/doc/$1/copyright
            cp /bin/true /p/usr/bin/$1
            dpkg-deb --root-owner-group --build /p /debs/$1.deb
            rm -r /p
            """;

    private static final Duration LIMIT = Duration.ofMinutes(8);

    @AutoClose
    private final EmbeddedRegistry registry = EmbeddedRegistry.start();

    @AutoClose
    private final RegistryAccess access = RegistryAccess.to(registry);

    @AutoClose
    private final Workspace workspace = new Workspace();

    @Test
    void makeTheSameLayersUnderEachKind() {
        Image debian = BaseImages.debian();
        access.push(debian, "debian", "stable");
        workspace.dockerfile(DOCKERFILE).file("pack", PACK).shell("""
                mkdir tree; cp /bin/true tree/ping
                python3 -c 'import os; os.setxattr("tree/ping", "security.capability", bytes.fromhex("%s"))'
                tar -c --xattrs --xattrs-include='*' --format=pax -C tree -f context/tools.tar ping
                """.formatted(CAPABILITY));
        List<PulledImage> images = new ArrayList<>();
        for (String isolation : List.of("overlay", "directory", "in-place")) {
            String reference = registry.reference("real:" + isolation);
            Completed done = workspace
                    .buildUnder(isolation, "--reproducible", "--insecure", "--insecure-pull")
                    .with("--build-arg", "BASE=" + registry.reference("debian:stable"), "--destination", reference)
                    .within(LIMIT)
                    .run();
            assertThat(done.exitCode()).as("%s", done).isZero();
            workspace.assertNothingIsLeft();
            images.add(PulledImage.from(reference, workspace.path(isolation), debian));
        }
        PulledImage overlay = images.getFirst();
        for (PulledImage other : images) {
            for (int layer = 0; layer < overlay.layers().size(); layer++) {
                assertThat(other.layers().get(layer).entries())
                        .as("layer %d, entry by entry", layer)
                        .isEqualTo(overlay.layers().get(layer).entries());
            }
            assertThat(other.image().diffIds()).isEqualTo(overlay.image().diffIds());
        }
        assertThat(overlay.file("usr/bin/one").permissions()).isEqualTo(02755);
        assertThat(overlay.has("etc/two/conf")).isFalse();
        assertThat(overlay.has("usr/share/doc/one")).isFalse();
        assertThat(overlay.file("etc/skel").linkName()).isEqualTo("/many");
        assertThat(overlay.file("many/moved/xac").modeAndOwner()).isEqualTo("644 4242:0");
    }
}
