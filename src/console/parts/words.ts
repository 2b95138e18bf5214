/** Times, numbers and names in the words a person reads. */
import type { Status } from "../../core/text/status.ts";
import type { RunState } from "../../http/wire/runs.ts";

/** `0.4 s`, `12 s`, `3 min 12 s`, `2 h 5 min`, `3 days`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return pair(minutes, "min", Math.floor(seconds % 60), "s");
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return pair(hours, "h", minutes % 60, "min");
  return `${Math.floor(hours / 24)} days`;
}

function pair(large: number, unit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${smallUnit}`;
}

/** One unit is enough for an age: `now`, `40 s`, `3 min`, `2 h`, `4 d`. */
export function age(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 5) return "now";
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

const exactFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const clockFormat = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const secondsFormat = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const dayFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export const exactTime = (at: number) => exactFormat.format(at);
export const clockSeconds = (at: number) => secondsFormat.format(at);

/** `14:00` today, with the date on any other day. */
export function clock(at: number): string {
  const today = new Date(at).toDateString() === new Date().toDateString();
  return (today ? clockFormat : dayFormat).format(at);
}

export const count = (value: number) => value.toLocaleString("en-US");

export function plural(value: number, one: string): string {
  return `${count(value)} ${value === 1 ? one : `${one}s`}`;
}

/** Dollars, to the cent; what costs less than one has cost something all the same. */
export function cost(usd: number | null): string | null {
  if (usd === null || usd === 0) return null;
  return usd < 0.01 ? "< $0.01" : `$${usd.toFixed(2)}`;
}

/** Titles of what is no channel; those of the channels come with the session. */
const titles: Record<string, string> = {
  console: "Console",
  api: "API",
  run: "Run",
  schedule: "Schedule",
};

export function learnTitles(channels: Readonly<Record<string, string>>): void {
  Object.assign(titles, channels);
}

/** `webhook:ci` and `webhook` are both named by what stands before the colon. */
export function channelName(channel: string): string {
  const [kind = channel] = channel.split(":");
  return titles[kind] ?? kind;
}

/**
 * Rules of an audience in a few words. People and groups say more than "anyone at the console", who is always there:
 * where somebody is named, only they are. `requester`: the name of whoever started the run.
 */
export function audience(rules: readonly string[], requester: string | null): string {
  const named = rules.filter((rule) => !rule.endsWith("*"));
  const shown = named.length > 0 ? named : rules.filter((rule) => rule === "console:*");
  return wordsOfRules(shown.length > 0 ? shown : rules, requester);
}

/** Each rule in words, none left out. */
export function wordsOfRules(rules: readonly string[], requester: string | null): string {
  const words = rules.map((rule) => ruleWords(rule, requester));
  return [...new Set(words)].join(", ") || "nobody yet";
}

function ruleWords(rule: string, requester: string | null): string {
  if (rule === "requester") return requester ?? "whoever started it";
  if (rule === "*") return "anyone";
  if (rule === "console:*") return "anyone at the console";
  if (rule === "token:*") return "any token";
  if (rule.endsWith("*")) return `anyone on ${channelName(rule)}`;
  const [, id = rule] = /^[a-z]+:(.+)$/.exec(rule) ?? [];
  return id.replace(/^[^/]+\//, "").replace(/^(group|role):/, "");
}

export const statusWords: Record<Status, string> = {
  running: "running",
  paused: "paused",
  waiting_human_input: "waiting for a person",
  complete: "complete",
  failed: "failed",
  max_steps_reached: "step limit reached",
  sleeping: "sleeping",
  cancelled: "cancelled",
};

/** The status of one run, with for whom or until when. */
export function statusOfRun(run: RunState): string {
  if (run.phase === "cancelling") return "stopping";
  const { waiting } = run;
  if (!waiting) return statusWords[run.status];
  if (waiting.for === "approval") return "waiting for approval";
  if (waiting.for === "person") return `waiting for ${audience(waiting.audience, run.from.name)}`;
  if (waiting.for === "time" && waiting.until !== null) return `sleeping until ${clock(waiting.until)}`;
  if (waiting.for === "event") return "sleeping until an event";
  if (waiting.for === "run") return "waiting for another run";
  if (waiting.for === "model") return "waiting for the model";
  return statusWords[run.status];
}

/** One line, cut at `length` characters with an ellipsis. */
export function brief(text: string, length: number): string {
  const line = text.replace(/\s+/gu, " ").trim();
  return line.length <= length ? line : `${line.slice(0, length - 1).trimEnd()}…`;
}

/** The values of a call's arguments in a few words. */
export function argumentsInBrief(input: unknown): string {
  if (input === null || typeof input !== "object") return brief(String(input ?? ""), 60);
  const values = Object.values(input)
    .filter((value) => value !== null && value !== "")
    .map((value) => brief(typeof value === "string" ? value : JSON.stringify(value), 40));
  return brief(values.join(", "), 80);
}

/** A JSON output as a person would say it: strings and numbers as they are, objects by their values. */
export function outputInBrief(output: string): string {
  const value = parsed(output);
  if (typeof value !== "object" || value === null) return brief(String(value), 100);
  return Array.isArray(value) ? `${plural(value.length, "item")}` : brief(namedValues(value), 100);
}

function namedValues(value: object): string {
  return Object.entries(value)
    .map(([name, item]) => `${name}: ${typeof item === "string" ? item : JSON.stringify(item)}`)
    .join(", ");
}

/** JSON where it is JSON, else the text itself. */
export function parsed(text: string): unknown {
  if (!/^\s*[[{"\d-]|^\s*(true|false|null)\s*$/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
