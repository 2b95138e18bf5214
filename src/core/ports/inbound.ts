/** What somebody said or pressed in a channel, and what became of it. */
import type { Actor, Address } from "../actor.ts";

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
  /** What was said under this key of the same channel may have been an answer; its writer has made it this. */
  | { type: "changed"; key: string; text: string }
  | { type: "press"; action: "stop" | "pause" | "resume"; runId: string }
  | { type: "choose"; questionId: string; value: string }
  /** Words that somebody wrote; of a form as JSON: `typed` names the fields that were written, the others were chosen. */
  | { type: "answer"; questionId: string; text: string; typed?: readonly string[] }
  /** `input`: the arguments as a person edited them; they are shown anew instead. null: approved as shown. */
  | { type: "approve"; questionId: string; input: unknown | null }
  | { type: "refuse"; questionId: string; reason: string }
  /** The way back from what was approved by this question. */
  | { type: "undo"; questionId: string }
  /** The page that this question wants opened: told in private, and to whoever started the run alone. */
  | { type: "link"; questionId: string };

/** What became of an inbound message: for the private word to its sender. */
export interface Outcome {
  /**
   * asked: which question was meant · reacted: a sign that it was seen, without words · repeated: it had its effect
   * before, in the run that is named
   */
  type:
    | "launched"
    | "noted"
    | "answered"
    | "done"
    | "refused"
    | "told"
    | "asked"
    | "reacted"
    | "ignored"
    | "repeated";
  text: string;
  runId: string | null;
  /** The questions that the words may have meant, to be offered as buttons. */
  offers?: readonly { questionId: string; label: string }[];
  /** Written down, but told to nobody: the sender is a stranger. */
  quiet?: true;
}
