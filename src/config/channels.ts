/** The one list of the channels, and what the parts of the bot ask of all of them. */
import { discord } from "../../adapters/discord/about.ts";
import { email } from "../../adapters/email/about.ts";
import { slack } from "../../adapters/slack/about.ts";
import { terminal } from "../../adapters/terminal/about.ts";
import { webhook } from "../../adapters/webhook/about.ts";
import { type Address, channelOf } from "../core/actor.ts";
import type { ChannelAbout } from "../core/ports/about.ts";

/** Open or not: which of them run is a matter of the environment. */
export const channels: readonly ChannelAbout[] = [slack, discord, email, webhook, terminal];

/**
 * Who is in no channel, but may stand in a rule: holders of tokens, the console, schedules, and
 * runs for their children.
 */
const ownRules: Readonly<Record<string, RegExp>> = {
  token: /^(\*|[\w.-]+)$/,
  console: /^(\*|[\w.-]+)$/,
  schedule: /^(\*|[\w.-]+)$/,
  run: /^\*$/,
};

/** By what stands before the colon of a rule: the form of what stands behind it. */
export const ruleForms: Readonly<Record<string, RegExp>> = {
  ...Object.fromEntries(channels.map(({ name, rule }) => [name, rule])),
  ...ownRules,
};

/** For messages that must say what a rule looks like. */
export const ruleExamples: readonly string[] = channels.flatMap(({ examples }) => examples);

/** As people read them, by name. */
export const channelTitles: Readonly<Record<string, string>> = Object.fromEntries(
  channels.map(({ name, title }) => [name, title]),
);

/** The page that says how to switch it on, by name, of those that variables switch on. */
export const channelGuides: Readonly<Record<string, string>> = Object.fromEntries(
  channels.flatMap(({ name, guide }) => (guide === null ? [] : [[name, guide]])),
);

/** Paths of the server that channels answer. */
export const channelPaths: readonly string[] = channels.flatMap(({ paths }) => paths);

function aboutOf(address: Address): ChannelAbout | undefined {
  return channels.find(({ name }) => name === channelOf(address));
}

/** Where a person opens this address in its platform; null when nowhere. */
export function linkTo(address: Address): string | null {
  return aboutOf(address)?.link(address) ?? null;
}

/**
 * A place as belay.config.ts names it, as launches take it: `…/new:` behind it says that each run makes a thread of
 * its own there (see `threadAt`).
 */
export function launchPlace(place: Address): Address {
  const form = aboutOf(place)?.threadPlace;
  return form?.test(place.slice(place.indexOf(":") + 1)) ? `${place}/new:` : place;
}
