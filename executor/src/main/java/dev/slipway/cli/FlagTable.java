package dev.slipway.cli;

import java.util.List;
import java.util.stream.Stream;

/** Every flag of every command, by what it is about: kaniko's, its fork's and ours. */
final class FlagTable {

    /** Flags that belong together in {@code --help}. */
    record Section(String title, List<Flag> flags) {
        Section {
            flags = List.copyOf(flags);
        }
    }

    static final List<Section> BUILD = List.of(
            new Section("What is built", SourceFlags.ALL),
            new Section("Where the image goes", OutputFlags.ALL),
            new Section("How the image is made", ImageFlags.ALL),
            new Section("How commands run", RunFlags.ALL),
            new Section("What is kept between builds", CacheFlags.ALL),
            new Section("How registries are spoken to", RegistryFlags.ALL),
            new Section("What is shown", LogFlags.ALL));

    static final List<Section> CHECK = List.of(
            new Section(
                    "What is checked",
                    Stream.concat(Stream.of(RunFlags.SLIPWAY_DIR, RunFlags.FORCE), SourceFlags.ALL.stream())
                            .toList()),
            new Section("How registries are spoken to", RegistryFlags.ALL),
            new Section("What is shown", LogFlags.ALL));

    static final List<Section> DOCTOR = List.of(
            new Section(
                    "What is examined",
                    List.of(DoctorFlags.FORMAT, RunFlags.SLIPWAY_DIR, RunFlags.FORCE, OutputFlags.DESTINATION)),
            new Section("How registries are spoken to", RegistryFlags.ALL),
            new Section("What is shown", LogFlags.ALL));

    private static final List<Section> PUBLISHING = List.of(
            new Section("How registries are spoken to", RegistryFlags.PUSHING),
            new Section("What is shown", LogFlags.ALL));

    static final List<Section> PUSH = sections(new Section("Where the image goes", OutputFlags.PUSHING), PUBLISHING);

    static final List<Section> INDEX = sections(
            new Section(
                    "What the index is made of, and where it goes",
                    Stream.of(IndexFlags.ALL, List.of(ImageFlags.ANNOTATION), OutputFlags.PUSHING)
                            .flatMap(List::stream)
                            .toList()),
            PUBLISHING);

    static final List<Section> WARM = List.of(
            new Section("What is fetched, and where to", WarmFlags.ALL),
            new Section("How registries are spoken to", RegistryFlags.PULLING),
            new Section("What is shown", LogFlags.ALL));

    private FlagTable() {}

    private static List<Section> sections(Section first, List<Section> others) {
        return Stream.concat(Stream.of(first), others.stream()).toList();
    }

    static List<Flag> flags(List<Section> sections) {
        return sections.stream().flatMap(section -> section.flags().stream()).toList();
    }
}
