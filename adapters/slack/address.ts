/** Slack's places as addresses: `slack:<team>/<channel>/<root ts>`, or `…/new:<trigger id>` before there is a root. */
import type { Address } from "../../src/core/actor.ts";

/** An address taken apart; `root` and `trigger` are never both set. */
export interface Place {
  team: string;
  channel: string;
  /** The thread's root message; null: the first post makes the root. */
  root: string | null;
  /** Names a place without a root: the trigger id of the slash command. */
  trigger: string | null;
}

/** `root`: the `ts` of the thread's first message. */
export function threadAddress(team: string, channel: string, root: string): Address {
  return `slack:${team}/${channel}/${root}`;
}

/** How the addresses in a channel begin. */
export function channelPrefix(team: string, channel: string): string {
  return `slack:${team}/${channel}/`;
}

/** Where a slash command's run speaks until its first post has made a root message. */
export function newAddress(team: string, channel: string, trigger: string): Address {
  return `slack:${team}/${channel}/new:${trigger}`;
}

/** Null for what is no Slack address. */
export function readAddress(address: Address): Place | null {
  const match = /^slack:([^/]+)\/([^/]+)\/(?:new:(.+)|(\d+\.\d+))$/.exec(address);
  if (!match) return null;
  const [, team = "", channel = "", trigger, root] = match;
  return { team, channel, root: root ?? null, trigger: trigger ?? null };
}

export function writeAddress(place: Place): Address {
  return place.root === null
    ? newAddress(place.team, place.channel, place.trigger ?? "")
    : threadAddress(place.team, place.channel, place.root);
}
