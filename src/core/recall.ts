/** Looking for past runs by words: which words are looked for, how much of them a run holds, and what it did. */
import type { Policy } from "./agent.ts";
import { type DoneCall, doneIn } from "./done-calls.ts";
import type { RunEvent } from "./event.ts";
import type { RunRow } from "./ports/runs.ts";

/** A run that has ended, as far as its log tells. */
export interface PastRun {
  row: RunRow;
  /** Those of the words that it holds. */
  held: readonly string[];
  /** Its answer, or why it failed or was stopped. */
  outcome: string;
  /** ms since the epoch */
  endedAt: number;
  done: readonly DoneCall[];
}

/**
 * `titlesOf`: the titles of at most so many runs were looked through; `outcomesOf`: of so many more than the title.
 * `unreadable`: damaged runs that were met.
 */
export interface Recalled {
  runs: readonly PastRun[];
  titlesOf: number;
  outcomesOf: number;
  unreadable: number;
}

/** The tool by which a run is told of others. */
export const recallTool = "past_runs";

const mostWords = 12;
/** What a run is looked through for, at most, of each of its texts. */
const mostText = 4_000;

/** In these scripts a word is often two signs. */
const dense = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}]/u;
/** They are written without gaps: a word begins anywhere. */
const gapless = /^[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}]/u;

/**
 * The words that are looked for, each once, in lower case. Those of two signs need a digit among them, or a script in
 * which two are enough; one sign is none.
 */
export function searchWords(text: string): string[] {
  // Marks belong to their letters: an accent on its own, a vowel sign.
  const found = plain(text).match(/[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}._-]*[\p{L}\p{M}\p{N}])?/gu) ?? [];
  const telling = found.filter(
    (word) => word.length > 2 || (word.length === 2 && (/\p{N}/u.test(word) || dense.test(word))),
  );
  return [...new Set(telling)].slice(0, mostWords);
}

/** An accent may be a part of its letter or follow it: here it is one sign where there is one. */
function plain(text: string): string {
  return text.toLowerCase().normalize("NFC");
}

/**
 * Those of the words that begin in a text, at a capital letter too: `errors` is in `CheckoutErrors`. A number must end with
 * it: `api-3` is not in `api-31`.
 */
export function finderOf(words: readonly string[]): (text: string) => string[] {
  const patterns = words.map((word) => {
    const end = /\p{N}$/u.test(word) ? "(?!\\p{N})" : "";
    const begin = gapless.test(word) ? "" : "(?<![\\p{L}\\p{M}\\p{N}])";
    return { word, at: new RegExp(`${begin}${word.replaceAll(".", "\\.")}${end}`, "u") };
  });
  return (text) => {
    const whole = plain(text);
    const parted = plain(text.replace(/(?<=\p{Ll})(?=\p{Lu})/gu, " "));
    return patterns
      .filter(({ word, at }) => whole.includes(word) && (at.test(whole) || at.test(parted)))
      .map(({ word }) => word);
  };
}

/** What an event that began or ended a run says that it was about: a task that has a title is a prompt for all like it. */
export function edgeText(event: RunEvent): string {
  switch (event.type) {
    case "launched":
      return [event.title ?? event.task, ...event.context.map(({ text }) => text)]
        .map((text) => text.slice(0, mostText))
        .join("\n");
    default:
      return outcomeIn(event)?.slice(0, mostText) ?? "";
  }
}

function outcomeIn(event: RunEvent): string | null {
  switch (event.type) {
    case "completed":
      return event.answer;
    case "failed":
      return event.message;
    case "cancelled":
      return event.reason;
    default:
      return null;
  }
}

/** What the log of an ended run says that it came to, and what it did. */
export function toldBy(
  events: readonly RunEvent[],
  policy: Pick<Policy, "tools" | "formerTools">,
): Omit<PastRun, "row" | "held"> {
  const end = events.findLast((event) => outcomeIn(event) !== null);
  return { outcome: (end && outcomeIn(end)) ?? "", endedAt: end?.at ?? 0, done: doneIn(events, policy) };
}
