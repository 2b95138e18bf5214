/** The rows of a run's log: written with a sum, and read only when none is missing and each is as it was written. */
import type { RunEvent } from "../event.ts";
import type { Commit } from "../ports/commit.ts";
import type { EdgeEvent, ReadEvent } from "../ports/runs.ts";
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
export function eventsOf(log: ReadLog): RunEvent[] {
  return [...eachOf(log)].map(({ event }) => {
    if (event instanceof UnreadableError) throw event;
    return event;
  });
}

/** Every event that can be read, and why the others can't. */
export function eventsOrWhy(log: ReadLog): ReadEvent[] {
  return [...eachOf(log)].map(({ version, event }) =>
    event instanceof UnreadableError ? { version, event: null, why: event.message } : { version, event },
  );
}

/** Each on its own, whatever else its log holds. */
export function edgesIn(records: readonly EventRecord[]): EdgeEvent[] {
  return records.map((record) => {
    const event = eventOrError(record, record);
    return { runId: record.runId, event: event instanceof UnreadableError ? null : event };
  });
}

/** In order; of a gap its first version. */
function* eachOf({ runId, after, version: last, records }: ReadLog) {
  let known = after;
  for (const record of records) {
    const { version } = record;
    // What was before it was taken away with it.
    const isFirst = record.type === "forgotten";
    if (version !== known + 1 && !isFirst) yield missing({ runId, version: known + 1 });
    yield { version, event: eventOrError(record, { runId, version }) };
    known = version;
  }
  if (known < last) yield missing({ runId, version: known + 1 });
}

function missing(place: { runId: string; version: number }) {
  return { version: place.version, event: damagedAt(place, "is missing") };
}

function eventOrError(
  record: EventRecord,
  place: { runId: string; version: number },
): RunEvent | UnreadableError {
  if (record.sum !== null && record.sum !== sumOf(record))
    return damagedAt(place, "is not as it was written");
  try {
    return decodeEvent(record, place);
  } catch (error) {
    if (error instanceof UnreadableError) return error;
    throw error;
  }
}

function damagedAt({ runId, version }: { runId: string; version: number }, why: string): UnreadableError {
  const message =
    `run ${runId} can't be read: its event at version ${version} ${why}. Its other events and all other runs are ` +
    "left as they are; restore this run from a backup";
  return new UnreadableError("storage_damaged", message, { what: `run ${runId}` });
}
