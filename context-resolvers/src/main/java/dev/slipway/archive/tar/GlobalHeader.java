package dev.slipway.archive.tar;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The records of the global PAX headers so far. Each key counts for every entry that follows until it is set anew; an
 * empty value takes it back.
 */
final class GlobalHeader {
    private static final int MOST_RECORDS = 10_000;

    private final Map<String, PaxRecords.PaxRecord> records = new LinkedHashMap<>();
    private long heldBytes;

    void add(List<PaxRecords.PaxRecord> added) throws TarException {
        for (PaxRecords.PaxRecord record : added) {
            PaxRecords.PaxRecord before;
            if (record.value().length == 0) {
                before = records.remove(record.key());
            } else {
                before = records.put(record.key(), record);
                heldBytes += record.heldBytes();
            }
            heldBytes -= before == null ? 0 : before.heldBytes();
        }
        if (heldBytes > PaxRecords.MOST_HELD_BYTES) {
            throw new TarException(
                    "the global headers before it hold more than " + PaxRecords.MOST_HELD_BYTES + " bytes of records");
        }
        if (records.size() > MOST_RECORDS) {
            throw new TarException("the global headers before it hold more than " + MOST_RECORDS + " records");
        }
    }

    Collection<PaxRecords.PaxRecord> records() {
        return records.values();
    }
}
