package dev.slipway;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.slipway.rootfs.FileTree;
import java.io.File;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Holds the map of the house: which room may use which, and what stays in one room. */
class ArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.slipway");

    /** The "may use" column. A room may also use what the rooms it may use show in their signatures. */
    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
            Map.entry("stream", Set.of()),
            Map.entry("posix", Set.of("stream")),
            Map.entry("archive", Set.of("posix")),
            Map.entry("network", Set.of("stream")),
            Map.entry("context", Set.of("archive", "posix", "network")),
            Map.entry("image", Set.of()),
            Map.entry("dockerfile", Set.of()),
            Map.entry("progress", Set.of()),
            Map.entry("registry", Set.of("image", "network")),
            Map.entry("layer", Set.of("image", "posix", "archive")),
            Map.entry("sandbox", Set.of("posix")),
            Map.entry("rootfs", Set.of("layer", "sandbox", "posix")),
            Map.entry("cache", Set.of("registry", "layer", "image", "context")),
            Map.entry("attest", Set.of("registry", "image")),
            Map.entry("publish", Set.of("registry", "image", "layer", "context")),
            Map.entry(
                    "build",
                    Set.of(
                            "publish",
                            "attest",
                            "cache",
                            "rootfs",
                            "sandbox",
                            "layer",
                            "registry",
                            "dockerfile",
                            "image",
                            "progress",
                            "context",
                            "archive",
                            "posix")),
            Map.entry("cli", Set.of("build")),
            Map.entry("fixture", Set.of("context", "archive", "posix")));

    @SuppressWarnings("unused") // FieldSource
    private static final List<String> ROOMS = List.copyOf(new TreeSet<>(MAY_USE.keySet()));

    @ParameterizedTest
    @FieldSource("ROOMS")
    void usesOnlyWhatItMay(String room) {
        Set<String> allowed = new TreeSet<>(Set.of(room));
        for (var next = List.copyOf(allowed); !next.isEmpty(); ) {
            next = next.stream()
                    .flatMap(used -> MAY_USE.get(used).stream())
                    .filter(allowed::add)
                    .toList();
        }
        classes()
                .that(areIn(room))
                .should()
                .onlyDependOnClassesThat(DescribedPredicate.describe(
                        "are in " + allowed + " or not ours",
                        used -> !used.getPackageName().startsWith("dev.slipway") || allowed.contains(roomOf(used))))
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void everyRoomIsOnTheMap() {
        assertThat(CLASSES.stream().map(ArchitectureTest::roomOf)).isSubsetOf(MAY_USE.keySet());
    }

    @Test
    void noPackagesDependOnEachOtherInACircle() {
        slices().matching("dev.slipway.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void everyPackageIsNullMarked() {
        assertThat(CLASSES.stream()
                        .map(JavaClass::getPackage)
                        .distinct()
                        .filter(aPackage -> !aPackage.isAnnotatedWith(NullMarked.class))
                        .map(JavaPackage::getName))
                .isEmpty();
    }

    @Test
    void onlyPosixCallsTheSystem() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.slipway.posix..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.foreign..")
                .check(CLASSES);
    }

    /**
     * A native executable can't call the system from them by the foreign function interface, and there they have slept on
     * although what they waited for had come.
     */
    @Test
    void noThreadIsVirtual() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.slipway.fixture..")
                .should()
                .callMethod(Thread.class, "ofVirtual")
                .orShould()
                .callMethod(Thread.class, "startVirtualThread", Runnable.class)
                .orShould()
                .callMethod(Executors.class, "newVirtualThreadPerTaskExecutor")
                .check(CLASSES);
    }

    @Test
    void jgitStaysInOnePackage() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.slipway.context.git..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.eclipse.jgit..", "org.apache.sshd..")
                .check(CLASSES);
    }

    @Test
    void nothingLooksClassesUpByName() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.reflect..")
                .orShould()
                .callMethod(Class.class, "forName", String.class)
                .check(CLASSES);
    }

    /**
     * The other classes of {@code rootfs} name our own directories only: where layers are extracted, and where they are
     * mounted.
     */
    @Test
    void namesInsideImagesLayersAndArchivesAreBytes() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "dev.slipway.layer..",
                        "dev.slipway.archive..",
                        "dev.slipway.build.copy..",
                        "dev.slipway.rootfs.scan..")
                .or()
                .areAssignableTo(FileTree.class)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.nio.file..")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(File.class)
                .check(CLASSES);
    }

    private static DescribedPredicate<JavaClass> areIn(String room) {
        return DescribedPredicate.describe(
                "are in " + room, found -> roomOf(found).equals(room));
    }

    private static String roomOf(JavaClass found) {
        String below = found.getPackageName().substring("dev.slipway".length());
        return below.isEmpty() ? "" : below.substring(1).split("\\.", 2)[0];
    }
}
