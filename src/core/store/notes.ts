/** Every kind of note there is: its name, its schema, its versions. What is not in this list can't be written. */
import { z } from "zod";
import type { Address } from "../actor.ts";
import { approvalRuleSchema, rightsSchema } from "../agent.ts";
import type { Store } from "../ports/store.ts";
import { type RecordCodec, type RecordOptions, recordCodec } from "./record-codec.ts";

/** Whom a note serves: a run, or whatever run speaks at an address. */
export type NoteOwner = { runId: string } | { address: Address };

/**
 * When nobody needs a note any more. stays: never, it says how far something has come, or what is known · old: some
 * time after it was written · a function: some time after the run that it serves has ended. `of` and `value` are the
 * note's; throws UnreadableError.
 */
type Goes = "stays" | "old" | ((of: string, value: string) => NoteOwner);

interface NoteKind<T> {
  /** The whole name, or how it begins: then what it is of follows. */
  readonly name: string;
  readonly codec: RecordCodec<T>;
  readonly goes: Goes;
}

function kind<T>(
  name: string,
  schema: z.ZodType<T>,
  options: RecordOptions & { goes?: "old" | ((value: T, of: string) => NoteOwner) } = {},
): NoteKind<T> {
  const { goes = "stays", ...rest } = options;
  const codec = recordCodec(schema, rest);
  if (typeof goes === "string") return { name, codec, goes };
  return { name, codec, goes: (of, value) => goes(codec.decode(value, `note ${name}${of}`), of) };
}

const bare = { bare: true } as const;
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const snowflake = z.string().regex(/^\d{1,20}$/);

const mailSentSchema = z.object({
  runId: z.string(),
  questionId: z.string().nullable(),
  to: z.string(),
  address: z.string(),
});
/** A mail that we sent: what a reply to it means. */
export type MailSent = z.infer<typeof mailSentSchema>;

const mailThreadSchema = z.object({
  to: z.string(),
  subject: z.string(),
  /** Their Message-IDs, oldest first: for In-Reply-To and References. */
  messageIds: z.array(z.string()).readonly(),
  receipt: z.boolean(),
});
/** A conversation by mail: to whom, about what. */
export type MailThread = z.infer<typeof mailThreadSchema>;

const githubTargetSchema = z.object({
  owner: z.string(),
  repo: z.string(),
  sha: z.string(),
  /** The number of the pull request; null when there is none (also for forks). */
  pull: z.number().nullable(),
});
/** The commit (`sha`), and the pull request if there is one, that a run's result is written to. */
export type GithubTarget = z.infer<typeof githubTargetSchema>;

const resultTargetSchema = z.object({
  webhook: z.string(),
  callback: z.string().nullable(),
  github: githubTargetSchema.nullable(),
});
/** Where the results of a webhook's run go besides the chat. */
export type ResultTarget = z.infer<typeof resultTargetSchema>;

const keyHex = z.string().regex(/^[0-9a-f]{64}$/);
/** Keys of this bot's data: they stay when the owner's token is changed. */
const keysSchema = z.object({
  /** Signs the one-time URLs of events. */
  event: keyHex,
  /** Makes the tokens in mail addresses. */
  mail: keyHex,
  /** Their URLs are still good: what signed before there were keys of their own. */
  formerEvent: z.array(keyHex),
});

const knownToolSchema = z.object({
  effect: z.enum(["read", "idempotent", "once"]),
  approval: approvalRuleSchema.nullable(),
});

/** By what they are for: the stored name (or its beginning, where there is one note for each `of`) and the codec. */
export const noteKinds = {
  keys: kind("keys", keysSchema),
  /** The rights of every agent that there ever was, by name, as they were last. */
  agentRights: kind("known/rights", z.record(z.string(), rightsSchema)),
  /** Of every tool that there ever was, by name: who approves its calls. */
  knownTools: kind("known/tools", z.record(z.string(), knownToolSchema)),
  /** Of the hash of a set of tools: what processes have them that carry out calls, and when one said so last (ms). */
  toolsThere: kind(
    "tools/there/",
    z.object({ at: z.number(), tools: z.record(z.string(), knownToolSchema) }),
    { goes: "old" },
  ),
  /** Of a schedule: the time that it fired for last. */
  scheduleFired: kind("schedule:", z.iso.datetime(), bare),
  /** Of a schedule: its expression and its zone, as they were when it was looked at last. */
  scheduleTimes: kind("schedule-times:", z.string(), bare),
  /** Of the token of a mail of ours. */
  mailSent: kind("mail:sent:", mailSentSchema, { goes: ({ runId }) => ({ runId }) }),
  /** Of the token of a thread. */
  mailThread: kind("mail:thread:", mailThreadSchema, { goes: (_, of) => ({ address: `email:${of}` }) }),
  /** Of a token that may vouch for one mail only: the key of that mail. An old token vouches for nothing. */
  mailOnce: kind("mail:once:", hash, { ...bare, goes: "old" }),
  /** Of an address of the webhook channel. */
  resultTarget: kind("target:", resultTargetSchema, { goes: (_, address) => ({ address }) }),
  /** The commands that Discord has of us. */
  discordCommands: kind("discord/commands", hash, bare),
  /** The last message that was read. */
  discordCursor: kind("discord/cursor", snowflake, bare),
  /** Of a thread: the message under which the hint was given. */
  discordHint: kind("discord/hint/", snowflake, { ...bare, goes: "old" }),
  /** Of a channel, `<team>/<channel>`: the bot was in it and is not any more, which is for people to change. */
  slackRemoved: kind("slack/removed/", z.literal("removed"), bare),
  /** Of the id of a channel: the one that it got instead. */
  slackMovedTo: kind("slack/moved-to/", z.string(), bare),
  /** Of the new id: the former one, and since when it is so (ms since the epoch, by Slack's clock). */
  slackMovedFrom: kind("slack/moved-from/", z.object({ from: z.string(), since: z.number() })),
  /** Of the address of a thread of Slack: its first words were said to the bot. */
  slackBegan: kind("slack/began/", z.literal("mention"), { ...bare, goes: (_, address) => ({ address }) }),
  /** Of the hash of a code that logs the owner in to the console once: until when. */
  loginCode: kind("login-code:", z.iso.datetime(), { ...bare, goes: "old" }),
  /** The same of a code that the holder of a token had made: it logs them in. */
  holderCode: kind("holder-code:", z.object({ until: z.iso.datetime(), principal: z.string() }), {
    goes: "old",
  }),
  /** Of a message, `<channel>/<key>`, that was changed after it was taken as an answer: the change that was told of. */
  changeTold: kind("change-told:", z.string(), { ...bare, goes: "old" }),
  /** Of a message, `<channel>/<key>`, that was deleted before it came to anything. */
  takenBack: kind("taken-back:", z.literal("deleted"), { ...bare, goes: "old" }),
  /** Of an address that takes nothing: the run whose requester was told so elsewhere. */
  toldElsewhere: kind("told-elsewhere:", z.string(), { ...bare, goes: (runId) => ({ runId }) }),
} as const;

/** @throws UnreadableError which names the note; the value stays as it is */
export async function readNote<T>(
  store: Pick<Store, "note">,
  { name, codec }: NoteKind<T>,
  of = "",
): Promise<T | null> {
  const text = await store.note(name + of);
  return text === null ? null : codec.decode(text, `note ${name}${of}`);
}

/** `of` is what comes behind the kind's name, for kinds with many notes. An older note of that name is replaced. */
export function writeNote<T>(
  store: Pick<Store, "saveNote">,
  { name, codec }: NoteKind<T>,
  { of = "", value }: { of?: string; value: T },
): Promise<void> {
  return store.saveNote(name + of, codec.encode(value));
}

/** `change` gets what stands, and again when another process was quicker; so nothing is overwritten unseen. */
export async function changeNote<T>(
  store: Pick<Store, "note" | "replaceNote">,
  { name, codec }: NoteKind<T>,
  change: (known: T | null) => T,
): Promise<T> {
  for (;;) {
    const text = await store.note(name);
    const value = change(text === null ? null : codec.decode(text, `note ${name}`));
    const next = codec.encode(value);
    if (next === text || (await store.replaceNote(name, text, next))) return value;
  }
}

/** Reads it and deletes it: of many who ask, also in other processes, one gets it. null: it is not there (any more). */
export async function takeNote<T>(
  store: Pick<Store, "note" | "deleteNotes">,
  kind: NoteKind<T>,
  of: string,
): Promise<T | null> {
  const value = await readNote(store, kind, of);
  if (value === null) return null;
  return (await store.deleteNotes([kind.name + of], Number.MAX_SAFE_INTEGER)) === 1 ? value : null;
}

/** Writes it unless there is one; returns what stands, also when another process was first. */
export async function keepNote<T>(
  store: Pick<Store, "keepNote">,
  { name, codec }: NoteKind<T>,
  { of = "", value }: { of?: string; value: T },
): Promise<T> {
  return codec.decode(await store.keepNote(name + of, codec.encode(value)), `note ${name}${of}`);
}
