/** A thread as context for a run: how it began and what was said last, with what lies between left out in words. */
import { oneLine } from "./brief.ts";
import { plural } from "./count.ts";
import { shortened } from "./readable.ts";

/** One message; `text` is all that can be read of it. */
export interface ThreadLine {
  who: string;
  text: string;
}

/** As much of a thread as could be read. */
export interface ReadThread {
  /** Its first message; null: it could not be read, or it is among `newest`. */
  root: ThreadLine | null;
  /** The messages before the one that is spoken, oldest first. */
  newest: readonly ThreadLine[];
  /** How many lie between the two. null: some, it is not known how many. */
  leftOut: number | null;
  /** Why the last messages are missing; null: they are not. */
  unread: string | null;
}

/** Newest messages that are told. */
export const mostNewest = 49;

const longestMessage = 4_000;
const longestThread = 20_000;

/** Empty when nobody said anything. The newest messages are kept before all others. */
export function threadText({ root, newest, leftOut, unread }: ReadThread): string {
  const first = root === null || root.text === "" ? [] : [lineOf(root)];
  const kept: string[] = [];
  const told = newest.filter(({ text }) => text !== "").map(lineOf);
  let room = longestThread - (first[0]?.length ?? 0);
  for (const line of told.slice(-mostNewest).toReversed()) {
    if (room < line.length) break;
    room -= line.length;
    kept.unshift(line);
  }
  const cut = told.length - kept.length;
  const between = leftOut === null ? null : leftOut + cut;
  const last = unread === null ? [] : [`[The newest messages are missing here: ${unread}.]`];
  return [...first, ...gap(between), ...kept, ...last].join("\n");
}

function gap(between: number | null): string[] {
  if (between === 0) return [];
  return [`[${between === null ? "Older messages are" : plural(between, "older message")} left out here.]`];
}

function lineOf({ who, text }: ThreadLine): string {
  return `${oneLine(who).slice(0, 80)}: ${shortened(text, longestMessage)}`;
}

/** What a run, and whoever starts it, is told when a thread could not be read. `why` ends no sentence. */
export function unreadThread(why: string): string {
  return `I could not read the thread (${why}): nothing of what was said in it before is known here.`;
}
