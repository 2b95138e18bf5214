/**
 * Which question some words answer, if any. Words name no question, so that they answer one only where it can be no
 * other: the only one that is open to whoever speaks, asked before the words were written, none settled meanwhile.
 * Where more than a word hangs on it (an approval, a call in doubt, the budget) no words are enough.
 */
import type { Question } from "../question.ts";
import { kindOf, type Words } from "./words.ts";

/** An open question or one settled of late, as whoever speaks stands to it. Times in ms since the epoch. */
export interface Candidate {
  id: string;
  kind: Question["kind"];
  askedAt: number;
  /** null: it is open. */
  settledAt: number | null;
  /** May they settle it? */
  mine: boolean;
  /** What it would be answered with by these words; null: they are no answer to it. */
  answer: string | null;
  /** The words are one of its choices. */
  chosen: boolean;
}

/** `answer` is the value of the choice where one was meant; `chosen`: the words are one of its choices. */
export type Which =
  | { to: "question"; questionId: string; answer: string; chosen: boolean }
  /** It takes a button, and whoever speaks may press it; or somebody else may. */
  | { to: "button"; questionId: string; mine: boolean }
  /** More than one may be meant, or one that was not there when the words were written. */
  | { to: "unclear"; open: readonly string[]; settled: readonly string[] }
  /** No question: the words are for the run. */
  | { to: "run" };

/** @param writtenAt when the words were written; null: now */
export function whichMeant(candidates: readonly Candidate[], said: string, writtenAt: number | null): Which {
  const words = kindOf(said);
  const open = candidates.filter((candidate) => candidate.settledAt === null);
  const mine = open.filter((candidate) => candidate.mine);
  const loose = mine.filter((candidate) => isLoose(candidate) && fits(candidate, words));
  const guarded = open.filter((candidate) => !isLoose(candidate) && fits(candidate, words));
  const passed = candidates.filter(
    (candidate) => candidate.mine && isPassed(candidate, writtenAt) && fits(candidate, words),
  );
  if (loose.length === 0 && guarded.length > 0) {
    const own = guarded.find((candidate) => candidate.mine) ?? guarded[0];
    return { to: "button", questionId: own?.id ?? "", mine: own?.mine ?? false };
  }
  const target = theOne(loose, mine);
  const isOlder = target !== null && (writtenAt === null || target.askedAt <= writtenAt);
  if (target?.answer && isOlder && passed.length === 0) {
    return { to: "question", questionId: target.id, answer: target.answer, chosen: target.chosen };
  }
  if (loose.length === 0 && passed.length === 0) return { to: "run" };
  return { to: "unclear", open: loose.map(({ id }) => id), settled: passed.map(({ id }) => id) };
}

/** It stood there while the words were written, and was settled before they came. */
function isPassed({ askedAt, settledAt }: Candidate, writtenAt: number | null): boolean {
  return settledAt !== null && writtenAt !== null && askedAt <= writtenAt && settledAt > writtenAt;
}

function isLoose({ kind }: Candidate): boolean {
  return kind === "ask" || kind === "stuck";
}

/** Thanks and pictures answer nothing that does not offer them; "no, thanks" does. */
function fits(candidate: Candidate, words: Words): boolean {
  if (candidate.chosen) return true;
  if (!isLoose(candidate)) return words === "verdict" || words === "decline" || words === "emoji";
  return candidate.answer !== null && words !== "thanks" && words !== "emoji";
}

/** The only question that is open to them, or the only one that offers these very words. */
function theOne(fitting: readonly Candidate[], mine: readonly Candidate[]): Candidate | null {
  const chosen = fitting.filter((candidate) => candidate.chosen);
  const [one = null] = chosen.length > 0 ? chosen : fitting;
  if (chosen.length > 0) return chosen.length === 1 && fitting.length === 1 ? one : null;
  return mine.length === 1 ? one : null;
}
