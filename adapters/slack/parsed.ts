/** What a payload of Slack can turn out to be, and who sent it. */
import type { Actor, Address } from "../../src/core/actor.ts";
import type { Inbound } from "../../src/core/ports/inbound.ts";
import type { Move } from "./moved.ts";
import { textAt } from "./payload.ts";

/** Who this bot is, as auth.test says. */
export interface Bot {
  team: string;
  user: string;
  /** The organisation of the workspace; null outside of Enterprise Grid. */
  enterprise: string | null;
  /** Null for tokens that belong to no bot user. */
  bot: string | null;
}

/** Which form a button opens. */
export type ModalKind = "refuse" | "edit" | "reply";

/** One payload in the words of this channel. */
export type Parsed =
  /** `actor.groups` and `actor.guest` are still to be looked up. `thread`: whose text is context for a launch. */
  | {
      type: "inbound";
      inbound: Inbound;
      thread: { channel: string; root: string } | null;
      /** Of a submitted form: its inputs, which can still show what is wrong with them. */
      blocks?: readonly string[];
      /** Of an edit that says something new: what it says where its words were an answer before. */
      changed?: Inbound;
      /** Of any other edit: what it says where the message itself has not come. */
      unheard?: { inbound: Inbound; thread: { channel: string; root: string } | null };
    }
  /** A message was deleted. `said`: what it said, where Slack tells it and a person wrote it. */
  | { type: "deleted"; key: string; said: Inbound | null }
  /** A button that needs words first: nothing is decided by opening the modal. */
  | { type: "open_modal"; kind: ModalKind; trigger: string; questionId: string; place: ModalPlace }
  /** A submitted modal that can't be accepted: words by block id. */
  | { type: "invalid"; errors: Record<string, string> }
  /** Slack's own Stop of an agent session: the run at this address. */
  | { type: "stopped"; address: Address; inbound: Omit<Inbound, "intent"> }
  /** A channel has another id from now on. */
  | { type: "moved"; move: Move }
  /** Something changed about who may write in this channel. */
  | { type: "place"; channel: string }
  /** The app was removed or its token taken back. */
  | { type: "revoked" };

/** Where a modal was opened from: it comes back without a channel. */
export interface ModalPlace {
  runId: string;
  channel: string;
  root: string | null;
  user: string;
}

/** `user.team_id` is the clicker's own workspace, also in channels shared with other companies. */
export function presser(payload: unknown, user: string, bot: Bot): Actor {
  const team = textAt(payload, "user", "team_id") ?? textAt(payload, "team", "id");
  return actorOf(user, team, textAt(payload, "user", "username") ?? textAt(payload, "user", "name"), bot);
}

/** Somebody of another workspace counts as a guest; the rest is for the look-up to say. */
export function actorOf(user: string, team: string | null, name: string | null, bot: Bot): Actor {
  // On Enterprise Grid some payloads name the organisation instead of the workspace.
  const home = team === null || team === bot.enterprise ? bot.team : team;
  return {
    principal: `slack:${home}/${user}`,
    name: name ?? user,
    groups: [],
    guest: home !== bot.team,
    kind: "person",
  };
}

export function responseUrl(payload: unknown): { response_url?: string } {
  const url = textAt(payload, "response_url");
  return url === null ? {} : { response_url: url };
}
