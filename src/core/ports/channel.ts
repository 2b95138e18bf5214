/** What the engine needs of a channel (Slack, Discord, mail, …), and what a channel may ask of the engine. */
import type { Actor, Address } from "../actor.ts";
import type { Edit, LaunchRequest, Refusal, RunCommand } from "../command.ts";
import type { EventOf } from "../event.ts";
import type { Message } from "../message.ts";
import type { Only } from "./commit.ts";
import type { InboxKey } from "./deliveries.ts";
import type { Inbound, Outcome } from "./inbound.ts";
import type { Store } from "./store.ts";

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
  /** The private word to the sender of an inbound message. Best effort, never throws; nobody waits for it but a stop. */
  whisper(inbound: Inbound, outcome: Outcome): Promise<void>;
  /** HTTP endpoints of this channel, if it has any; null: not mine. */
  handle(request: Request): Promise<Response> | null;
  /** One line for /health and the console. */
  health(): { ok: boolean; detail: string };
}

/** The post of a question at an address that took it, and sent it back. `to`: whom it was for; `reason`: half a sentence. */
export type Returned = Omit<EventOf<"post_returned">, "type"> & { runId: string };

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
  /** What was delivered came back later: nobody has read it there. Durable when this resolves; twice is once. */
  returned(post: Returned): Promise<void>;
  /** A place changed or can be reached again: what failed at addresses that begin with `prefix` is tried at once. */
  retryAt(prefix: string): Promise<void>;
  store: Pick<
    Store,
    | "note"
    | "saveNote"
    | "runAt"
    | "liveRunsAt"
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
