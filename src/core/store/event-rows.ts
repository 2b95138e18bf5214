/** The rows of a run's log: written with a sum, and read only when none is missing and each is as it was written. */
import type { RunEvent } from "../event.ts";
import type { Commit } from "../ports/store.ts";
import { UnreadableError } from "../ports/unreadable.ts";
import { checksum } from "./checksum.ts";
import { decodeEvent, encodeEvent, type StoredEvent } from "./codec.ts";

/** A row of the table `events`. `version`: the event's place in its run's log, from 1. */
export interface EventRecord extends StoredEvent {
  runId: string;
  version: number;
  /** null: written by a release that had no sums. */
  sum: number | null;
}

/** The events of a commit with the versions they get. */
export function eventRecords(commit: Commit): EventRecord[] {
  return commit.events.map((event, index) => {
    const record = { runId: commit.runId, version: commit.expect + 1 + index, ...encodeEvent(event) };
    return { ...record, sum: sumOf(record) };
  });
}

/** The run and the version are in it: a row that became another run's or another version's is noticed too. */
function sumOf({ runId, version, type, v, at, data }: Omit<EventRecord, "sum">): number {
  return checksum(`${runId}\n${version}\n${type}\n${v}\n${at}\n${data}`);
}

/** What a store read of a run: the version that its row says, and the events after `after`, in order. */
export interface ReadLog {
  runId: string;
  after: number;
  version: number;
  records: readonly EventRecord[];
}

/** @throws UnreadableError that names the run and the first version that is wrong */
export function eventsOf({ runId, after, version, records }: ReadLog): RunEvent[] {
  const events = records.map((record, index) => {
    const place = { runId, version: after + 1 + index };
    if (record.version !== place.version) throw damagedAt(place, "is missing");
    if (record.sum !== null && record.sum !== sumOf(record))
      throw damagedAt(place, "is not as it was written");
    return decodeEvent(record, place);
  });
  const found = after + events.length;
  if (found < version) throw damagedAt({ runId, version: found + 1 }, "is missing");
  return events;
}

function damagedAt({ runId, version }: { runId: string; version: number }, why: string): UnreadableError {
  const message =
    `run ${runId} can't be read: its event at version ${version} ${why}. Its other events and all other runs are ` +
    "left as they are; restore this run from a backup";
  return new UnreadableError("storage_damaged", message, { what: `run ${runId}` });
}
