/** What the engine needs of a channel (Slack, Discord, mail, …), and what a channel may ask of the engine. */
import type { Actor, Address } from "../actor.ts";
import type { Edit, LaunchRequest, Refusal, RunCommand } from "../command.ts";
import type { Message } from "../message.ts";
import type { InboxKey, Only, Store } from "./store.ts";

/** An inbound message, platform-neutral. It is remembered under `key` before the platform is told that it arrived. */
export interface Inbound {
  /** Unique per platform event; a redelivery has the same. */
  key: string;
  actor: Actor;
  /** The actor's groups could not be looked up yet: the channel is asked before anything is done with the message. */
  unsure?: true;
  channel: string;
  /** The thread it was said in, or null when none exists yet (a slash command). */
  address: Address | null;
  intent: Intent;
  /** Whatever the channel needs for a private reply (a response URL, a message id). JSON. */
  replyTo: Record<string, string>;
  /** Text around the message, for a run that it starts. */
  context: { source: string; text: string; trusted: boolean }[];
  /** When it was written, by the platform's clock, ms since the epoch; missing: when it was received. */
  writtenAt?: number;
}

/** Words in a channel, with what decides for whom they are. Missing facts are those of former releases. */
export interface Said {
  type: "message";
  text: string;
  /** The bot is mentioned outside of code and quotes, or replied to, or it is a direct message. */
  addressed: boolean;
  agent: string | null;
  /** The text without code, quotes and the mention of the bot; missing: there is none of it in the text. */
  said?: string;
  /** The words begin with a mention of somebody else, and not of the bot. */
  toOthers?: boolean;
  /** Why the thread is there: because of the bot, because of people, or it is a direct message. Missing: ours. */
  thread?: "ours" | "theirs" | "direct";
  /** In a direct message in which each message begins a thread of its own: what all their addresses begin with. */
  near?: string;
}

/** What an inbound message means to its sender, before anybody has decided whether they may. */
export type Intent =
  | Said
  /** `/agent …`, parsed by core/instruct. `launch`: a form's own fields, where no word of the task is a command. */
  | { type: "instruction"; text: string; launch?: { agent: string | null; task: string } }
  /**
   * What was said under this key of the same channel answers this question: the person was asked which one they meant.
   */
  | { type: "meant"; key: string; questionId: string }
  | { type: "press"; action: "stop" | "pause" | "resume"; runId: string }
  | { type: "choose"; questionId: string; value: string }
  | { type: "answer"; questionId: string; text: string }
  /** `input`: the arguments as a person edited them; they are shown anew instead. null: approved as shown. */
  | { type: "approve"; questionId: string; input: unknown | null }
  | { type: "refuse"; questionId: string; reason: string }
  /** The way back from what was approved by this question. */
  | { type: "undo"; questionId: string };

/** What became of an inbound message: for the private word to its sender. */
export interface Outcome {
  /** asked: which question was meant · reacted: a sign that it was seen, without words */
  type: "launched" | "noted" | "answered" | "done" | "refused" | "told" | "asked" | "reacted" | "ignored";
  text: string;
  runId: string | null;
  /** The questions that the words may have meant, to be offered as buttons. */
  offers?: readonly { questionId: string; label: string }[];
  /** Written down, but told to nobody: the sender is a stranger. */
  quiet?: true;
}

/** Differences between platforms are data. */
export interface Capabilities {
  edit: boolean;
  buttons: boolean;
  /** A sign can be set on a message. Missing: it can't. */
  react?: boolean;
  /** How what this bot can be told is written here; missing: as typed words. */
  help?: string;
  /** Characters of one message. */
  maxText: number;
  /** Least time between two sends to one address, ms. */
  minIntervalMs: number;
}

/** One post that is due, as a channel is given it. `createdAt` in ms since the epoch. */
export interface Delivery {
  /** Stable id of the post: for nonces, message ids, metadata. */
  id: string;
  runId: string;
  key: string;
  address: Address;
  body: Message;
  revision: number;
  /** Where it stands already (then this is an edit), or null. */
  remoteId: string | null;
  /** An earlier send may have arrived: look first. */
  uncertain: boolean;
  createdAt: number;
}

/** A platform that carries messages. The engine calls it; what arrives goes to the `Inlet` of `start`. */
export interface Channel {
  readonly name: string;
  readonly can: Capabilities;
  /** Only one process at a time may have it: the platform, or the machine, knows just one of us. */
  readonly single?: true;
  /** Begin to listen. Returns when inbound messages can arrive; throws with words for the operator. */
  start(inlet: Inlet): Promise<void>;
  stop(): Promise<void>;
  /**
   * Make the post stand at its address; returns where. Throws ChannelError. `address`: what a provisional
   * address (`…/new:<id>`, a place that the first post makes) became; the run speaks there from now on.
   */
  post(delivery: Delivery): Promise<{ remoteId: string; address?: Address }>;
  /** Who an actor is, asked again where it could not be looked up before. null: that is still not known. */
  identify(actor: Actor): Promise<Actor | null>;
  /** The private word to the sender of an inbound message. Best effort, never throws. */
  whisper(inbound: Inbound, outcome: Outcome): Promise<void>;
  /** HTTP endpoints of this channel, if it has any; null: not mine. */
  handle(request: Request): Promise<Response> | null;
  /** One line for /health and the console. */
  health(): { ok: boolean; detail: string };
}

/** What a send that failed means for the post. Everything but `body`, and a place that is gone for good, is kept. */
export type SendFailure =
  /** These words can't stand in any form that the platform has, a file included. */
  | { type: "body" }
  /** The place takes nothing now: somebody must invite, permit, unarchive. `gone`: it never comes back. */
  | { type: "place"; gone: boolean }
  /** Between us and the place something is broken, and the post surely did not arrive by this try. */
  | { type: "way"; retryAfterMs: number | null }
  /** The post may have arrived: look before it is sent again. */
  | { type: "uncertain"; retryAfterMs: number | null }
  /** A rate limit or somebody else's turn: no attempt was made. */
  | { type: "wait"; retryAfterMs: number }
  /** The message that should be edited is gone or closed to edits: post anew. */
  | { type: "anew" };

/** The one error of `Channel.post`; `message` is for the log and the outbox, without secrets. */
export class ChannelError extends Error {
  readonly failure: SendFailure;
  /** A part of the post was sent before it failed: the next try looks first. */
  readonly partly: boolean;
  constructor(message: string, failure: SendFailure, options: { partly?: boolean; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = "ChannelError";
    this.failure = failure;
    this.partly = options.partly ?? false;
  }

  /** The same failure after a part of the post was sent. */
  afterPart(): ChannelError {
    return new ChannelError(this.message, this.failure, { partly: true, cause: this.cause });
  }

  /** ms that the other side, or its rate, asks us to wait; null: it did not say. */
  get retryAfterMs(): number | null {
    return "retryAfterMs" in this.failure ? this.failure.retryAfterMs : null;
  }
}

/** The engine as channels see it. */
export interface Inlet {
  /** Resolves when the message is durable: acknowledge after this. */
  accept(inbound: Inbound): Promise<"new" | "duplicate">;
  /**
   * Launch a run of the named agent, durable when this resolves, deduplicated by the inbox key: for sources
   * that make their own runs (webhooks, schedules, mail, the API). The run id is derived from the key. `only`: refused
   * as `place_taken`, with the run that has the place, unless it is free.
   */
  launch(agent: string, launch: LaunchRequest, inbox: InboxKey | null, only?: Only): Promise<Submitted>;
  /** Any other command on a run that exists. */
  command(runId: string, command: RunCommand, inbox: InboxKey | null): Promise<Submitted>;
  /** What would be refused about this edit now; null: nothing. For a form that can still say it; nothing is recorded. */
  checkEdit(edit: Edit): Promise<Refusal | null>;
  /** A place changed or can be reached again: what failed at addresses that begin with `prefix` is tried at once. */
  retryAt(prefix: string): Promise<void>;
  store: Pick<
    Store,
    | "note"
    | "saveNote"
    | "runAt"
    | "run"
    | "runs"
    | "question"
    | "openQuestions"
    | "deliveries"
    | "attachment"
    | "audit"
    | "inboxRow"
  >;
}

/** What became of a command. `duplicate`: the same request was accepted before, nothing was added now. */
export type Submitted =
  | { ok: true; runId: string; duplicate: boolean; version: number }
  | { ok: false; refusal: Refusal };
