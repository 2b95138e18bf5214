/** Channels that got another id, as a private one does when it is shared (Slack Connect): both ids name one place. */
import type { Inlet } from "../../src/core/ports/channel.ts";
import { noteKinds, readNote, writeNote } from "../../src/core/store/notes.ts";
import { at, textAt } from "./payload.ts";

type Notes = Pick<Inlet["store"], "note" | "saveNote">;

/** `since`: ms since the epoch, by Slack's clock. */
export interface Move {
  from: string;
  to: string;
  since: number;
}

/** A channel is not moved so often: ids that lead to each other must not be followed for ever. */
const mostMoves = 5;

/** Durable when this resolves; twice is once. */
export async function rememberMove(store: Notes, { from, to, since }: Move): Promise<void> {
  await writeNote(store, noteKinds.slackMovedFrom, { of: to, value: { from, since } });
  await writeNote(store, noteKinds.slackMovedTo, { of: from, value: to });
}

/** null: as far as is known it has no other id. */
export function movedTo(store: Pick<Notes, "note">, channel: string): Promise<string | null> {
  return readNote(store, noteKinds.slackMovedTo, channel);
}

/** This id and all former ones, the newest first. */
export async function idsOf(store: Pick<Notes, "note">, channel: string): Promise<string[]> {
  const ids = [channel];
  for (let id = channel; ids.length <= mostMoves; ) {
    const move = await readNote(store, noteKinds.slackMovedFrom, id);
    if (move === null) break;
    id = move.from;
    ids.push(id);
  }
  return ids;
}

/**
 * Threads that began under a former id keep it, in addresses and keys: what is said there is of the same run, and what
 * was heard is not heard again. Sending finds the new id by itself (see following.ts).
 */
export async function inFormerPlace(store: Pick<Notes, "note">, payload: unknown): Promise<unknown> {
  const found = spokenOf(payload);
  if (found === null) return payload;
  const began = Number(found.root) * 1_000;
  let channel = found.channel;
  for (let moves = 0; moves < mostMoves; moves += 1) {
    const move = await readNote(store, noteKinds.slackMovedFrom, channel);
    if (move === null || began >= move.since) break;
    channel = move.from;
  }
  return channel === found.channel ? payload : found.movedTo(channel);
}

interface SpokenOf {
  channel: string;
  /** `ts` of the first message of the thread. */
  root: string;
  /** The payload as it would be there. */
  movedTo(channel: string): unknown;
}

/** null: it is about no thread that may have been there before; a message that begins one is none. */
function spokenOf(payload: unknown): SpokenOf | null {
  if (typeof payload !== "object" || payload === null) return null;
  const event = at(payload, "event");
  if (typeof event === "object" && event !== null) {
    const channel = textAt(event, "channel");
    const root =
      textAt(event, "thread_ts") ??
      textAt(event, "message", "thread_ts") ??
      textAt(event, "previous_message", "thread_ts") ??
      textAt(event, "deleted_ts") ??
      textAt(event, "message", "ts");
    if (channel === null || root === null) return null;
    return { channel, root, movedTo: (former) => ({ ...payload, event: { ...event, channel: former } }) };
  }
  const channel = textAt(payload, "channel", "id");
  const root = textAt(payload, "message", "thread_ts") ?? textAt(payload, "message", "ts");
  if (channel === null || root === null) return null;
  return { channel, root, movedTo: (former) => ({ ...payload, channel: { id: former } }) };
}

/** The parameters of a method that name a channel. */
const names = ["channel", "channel_id"] as const;

/** The same call where the channel that it names has this id; null: it names none. */
export function callAt(
  options: Record<string, unknown>,
): { channel: string; to(channel: string): Record<string, unknown> } | null {
  const name = names.find((one) => typeof options[one] === "string");
  const channel = name === undefined ? null : textAt(options, name);
  if (name === undefined || channel === null) return null;
  return { channel, to: (id) => ({ ...options, [name]: id }) };
}
