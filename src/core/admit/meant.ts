/**
 * What is meant by words in a channel: for whom they are, and what they shall do. One answer for all channels, from
 * facts that say nothing of the platform.
 *
 * Words are for the bot when they address it, in a direct message, and in a thread that is there because of it. In a
 * thread that people began only a stop and an answer to its open question are, from those who may. Words that begin
 * with a mention of somebody else are for nobody here. Who talks to others is never refused anything.
 */
import type { Which } from "./which.ts";
import type { Words } from "./words.ts";

/**
 * ours: it is there because of the bot, which wrote its first message or was spoken to in it · theirs: people began it
 */
export type Thread = "ours" | "theirs" | "direct";

/** All that the meaning of a message rests on: two messages with the same facts mean the same. */
export interface Facts {
  /** The bot is mentioned, outside of code and quotes, or replied to. */
  addressed: boolean;
  /** The words begin with a mention of somebody else and not of the bot. */
  toOthers: boolean;
  thread: Thread;
  words: Words;
  /** All of them stand in code or in a quote, or there are none beside a picture. Missing: they don't. */
  areShown?: boolean;
  /** Something of `/agent`, with nothing else said; a bare stop is none of it. */
  isCommand: boolean;
  /** The run of this thread. `elsewhere`: only a question of it in the same direct message. */
  run: "none" | "elsewhere" | "live" | "ended";
  /** Of the run's questions; of one that has ended, those that were settled while the words were written. */
  which: Which;
  /** What whoever speaks may do with this run, or with a new one. */
  may: { say: boolean; control: boolean; launch: boolean };
}

/** `react`: a mark on the message is answer enough. `press`: the question wants its button, not words. */
export type Meant =
  | { type: "answer"; questionId: string; answer: string }
  | { type: "steer" | "stop" | "launch" | "follow_up" | "command" | "react" | "ignore" }
  | { type: "which"; open: readonly string[]; settled: readonly string[] }
  | { type: "press"; questionId: string }
  /** Told once, to them alone, in the words of the rule that forbids it. */
  | { type: "refuse"; what: "say" | "stop" | "launch" | "settle" };

const courtesies: ReadonlySet<Words> = new Set(["thanks", "praise", "decline", "emoji"]);

/** Pure: the same facts always mean the same. Ignored words leave no trace in any run. */
export function meant(facts: Facts): Meant {
  const { addressed, thread, toOthers, words, areShown = false } = facts;
  // Where people talk, what they show to each other answers nothing; in our own thread code can be the answer.
  if (toOthers || (areShown && thread === "theirs" && !addressed)) return { type: "ignore" };
  const isSpokenTo = addressed || thread === "direct";
  const isForUs = isSpokenTo || thread === "ours";
  if (facts.which.to === "question" && facts.which.chosen && hasRun(facts)) return answered(facts.which);
  if (words === "stop") return stopped(facts, isSpokenTo, isForUs);
  if (facts.isCommand && (isSpokenTo || isCommandInOurs(facts))) return { type: "command" };
  if (words === "nothing") return { type: isSpokenTo ? "command" : "ignore" };
  const settling = facts.run === "none" ? null : ofQuestions(facts, isSpokenTo);
  if (settling) return settling;
  if (!isForUs) return { type: "ignore" };
  if (courtesies.has(words)) return courteous(facts, isSpokenTo);
  if (facts.run === "live") return facts.may.say ? { type: "steer" } : refusal("say", isSpokenTo);
  if (facts.run !== "ended" && !isSpokenTo) return { type: "ignore" };
  if (!facts.may.launch) return refusal("launch", isSpokenTo);
  return { type: facts.run === "ended" ? "follow_up" : "launch" };
}

/** A command's word alone, from who may speak here, unless it answers something. */
function isCommandInOurs({ thread, which, may }: Facts): boolean {
  return thread === "ours" && which.to === "run" && may.say;
}

function hasRun({ run }: Facts): boolean {
  return run === "live" || run === "elsewhere";
}

function answered({ questionId, answer }: Extract<Which, { to: "question" }>): Meant {
  return { type: "answer", questionId, answer };
}

/** A stop that was not meant for the bot stops too little; one that was and is not heard costs more. */
function stopped(facts: Facts, isSpokenTo: boolean, isForUs: boolean): Meant {
  if (facts.run !== "live") return { type: isSpokenTo ? "stop" : "ignore" };
  if (facts.may.control) return { type: "stop" };
  return isForUs ? { type: "refuse", what: "stop" } : { type: "ignore" };
}

/** What the words do to the open questions; null: nothing. */
function ofQuestions({ which }: Facts, isSpokenTo: boolean): Meant | null {
  switch (which.to) {
    case "question":
      return answered(which);
    case "unclear":
      return { type: "which", open: which.open, settled: which.settled };
    case "button":
      return which.mine ? { type: "press", questionId: which.questionId } : refusal("settle", isSpokenTo);
    case "run":
      return null;
  }
}

/** A sign that it was seen, for those whom the bot knows. */
function courteous({ may }: Facts, isSpokenTo: boolean): Meant {
  const isKnown = may.say || may.launch || may.control;
  return { type: isKnown || isSpokenTo ? "react" : "ignore" };
}

function refusal(what: "say" | "launch" | "settle", isSpokenTo: boolean): Meant {
  return isSpokenTo ? { type: "refuse", what } : { type: "ignore" };
}
