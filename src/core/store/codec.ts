/** Between events and the text that is stored: the one place where they are written and read. */
import { type EventType, eventBodySchema, type RunEvent } from "../event.ts";
import { UnreadableError } from "../ports/unreadable.ts";

/** An event as columns. `data` is JSON without `type` and `at`; `v` is the version of the type's shape. */
export interface StoredEvent {
  type: string;
  v: number;
  at: number;
  data: string;
}

/** Where a stored event stands: named in errors. */
interface EventPlace {
  runId: string;
  version: number;
}

/** Turns the data of one event type from shape `from` into shape `from + 1`. Kept for ever: old logs fold for ever. */
export interface Upcaster {
  type: EventType;
  from: number;
  up(data: Record<string, unknown>): Record<string, unknown>;
}

/** Every shape change since the first release, oldest first per type. A type without one is at version 1. */
const upcasters: readonly Upcaster[] = [];

/** `encode` writes the newest version; `decode` lifts older ones to it. */
export interface EventCodec {
  encode(event: RunEvent): StoredEvent;
  /**
   * @throws UnreadableError `storage_version` for what a newer release wrote, `storage_damaged` for what nobody wrote.
   */
  decode(stored: StoredEvent, place: EventPlace): RunEvent;
}

const knownTypes: ReadonlySet<string> = new Set(
  eventBodySchema.options.map((option) => option.shape.type.value),
);

/** The codec for a list of upcasters; the stores use `encodeEvent` and `decodeEvent`, tests bring their own list. */
export function eventCodec(list: readonly Upcaster[]): EventCodec {
  const steps = new Map<string, Upcaster["up"][]>();
  for (const { type, from, up } of list) {
    const chain = steps.get(type) ?? [];
    if (from !== chain.length + 1) {
      throw new Error(`upcasters of ${type} must start at 1 and leave nothing out: found ${from}`);
    }
    steps.set(type, [...chain, up]);
  }
  const none: Upcaster["up"][] = [];

  function encode(event: RunEvent): StoredEvent {
    const { type, at, ...body } = event;
    return { type, v: (steps.get(type) ?? none).length + 1, at, data: JSON.stringify(body) };
  }

  function decode(stored: StoredEvent, place: EventPlace): RunEvent {
    const chain = steps.get(stored.type) ?? none;
    if (!knownTypes.has(stored.type) || stored.v > chain.length + 1) throw newer(stored, place);
    let data = parseObject(stored, place);
    for (const up of chain.slice(stored.v - 1)) data = up(data);
    data.type = stored.type;
    const parsed = eventBodySchema.safeParse(data);
    if (!parsed.success) throw damaged(stored, place, parsed.error);
    return Object.assign(parsed.data, { at: stored.at });
  }

  return { encode, decode };
}

export const { encode: encodeEvent, decode: decodeEvent } = eventCodec(upcasters);

function parseObject(stored: StoredEvent, place: EventPlace): Record<string, unknown> {
  try {
    const data: unknown = JSON.parse(stored.data);
    if (typeof data === "object" && data !== null && !Array.isArray(data)) return { ...data };
  } catch (error) {
    throw damaged(stored, place, error);
  }
  throw damaged(stored, place, new Error("not an object"));
}

function newer(stored: StoredEvent, place: EventPlace): UnreadableError {
  const message =
    `run ${place.runId} holds at version ${place.version} an event "${stored.type}" of shape ${stored.v}, ` +
    "which this release does not know: it was written by a newer release; upgrade";
  return new UnreadableError("storage_version", message, { what: `run ${place.runId}` });
}

function damaged(stored: StoredEvent, place: EventPlace, cause: unknown): UnreadableError {
  const message = `run ${place.runId} holds at version ${place.version} an event "${stored.type}" that can't be read: restore a backup`;
  return new UnreadableError("storage_damaged", message, { what: `run ${place.runId}`, cause });
}

/**
 * A string for a plain text column. PostgreSQL can't hold NUL and neither holds lone surrogates; the doors
 * refuse NUL, so this only makes both databases answer alike when something slips through.
 */
export function plainText(text: string): string {
  return text.includes("\0") ? text.replaceAll("\0", "\ufffd").toWellFormed() : text.toWellFormed();
}
