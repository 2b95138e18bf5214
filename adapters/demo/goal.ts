/** What the people of a run want now: the first order, as later words changed it. */
import { expressionsIn, valueIn } from "./arithmetic.ts";
import type { Order } from "./conversation.ts";
import { type Expression, holesIn, leaves, replaced } from "./expression.ts";

/** `since`: calls before this place in the request belong to something else. */
export type Goal =
  | { wants: "calculation"; expressions: readonly Expression[]; since: number }
  | { wants: "restart"; service: string | null; environment: string | null; since: number }
  | { wants: "hand_off"; agent: string; task: string; since: number }
  | { wants: "time"; since: number }
  /** They called it off. */
  | { wants: "nothing"; instead: Goal | null; since: number }
  /** Nothing that rules could understand. */
  | { wants: "help"; since: number };

/** Without any order that is understood: to help. */
export function goalOf(orders: readonly Order[]): Goal {
  return orders.reduce<Goal | null>(understood, null) ?? { wants: "help", since: 0 };
}

/** Words that are no order of their own change the current goal, or leave it as it is. */
function understood(goal: Goal | null, order: Order): Goal {
  const standing = goal?.wants === "help" ? null : goal;
  return (
    calledOff(standing, order) ??
    handOff(order) ??
    restart(standing, order) ??
    changed(standing, order) ??
    calculation(order) ??
    time(order) ??
    standing ?? { wants: "help", since: order.at }
  );
}

const callOff =
  /^\W*(?:(?:no|ok|okay|oh|well|actually|sorry|wait|please)\b\W*)*(?:never ?mind|forget (?:it|that|about)|cancel|stop|drop it|call it off)\b/iu;
const newOrder = /\d|\b(?:restart|ask|make|use|what)\b/iu;

/** `never mind`, `stop please`; but not `stop, use 4` or `cancel that and restart web`. */
export function isCallingOff(text: string): boolean {
  return callOff.test(text) && !newOrder.test(text);
}

function calledOff(goal: Goal | null, { text, at }: Order): Goal | null {
  return goal && isCallingOff(text) ? { wants: "nothing", instead: goal, since: at } : null;
}

function handOff({ text, at }: Order): Goal | null {
  const match =
    /\b(?:ask|tell|let|have|get)\s+(?:the\s+)?([a-z][\w-]*)\s+agent\b[\s,:]*(?:to\s+)?(\S[\s\S]*)/iu.exec(
      text,
    );
  return match ? { wants: "hand_off", agent: match[1] ?? "", task: match[2] ?? "", since: at } : null;
}

const notAName = new Set([
  "it",
  "that",
  "this",
  "please",
  "now",
  "a",
  "service",
  "something",
  "again",
  "in",
  "on",
]);

const order = /\b(?:restart|reboot|bounce)\b(?:\s+(?:the\s+)?(?:service\s+)?([\w-]+))?/iu;
const place = /\b(?:staging|stage|production|prod)\b(?!-)/iu;

/** `restart payments in production`, `bounce the web service on staging`; what is not said is null. */
function restart(goal: Goal | null, { text, at }: Order): Goal | null {
  const match = order.exec(text);
  if (!match) return null;
  const name = match[1]?.toLowerCase();
  const former = goal?.wants === "restart" && /\b(?:instead|rather|again|no)\b/iu.test(text) ? goal : null;
  return {
    wants: "restart",
    service: name && !notAName.has(name) && !environmentIn(name) ? name : (former?.service ?? null),
    environment: environmentIn(place.exec(text)?.[0]) ?? former?.environment ?? null,
    since: at,
  };
}

const environments = new Map([
  ["staging", "staging"],
  ["stage", "staging"],
  ["production", "production"],
  ["prod", "production"],
]);

/** null: not an environment (`restart web at noon`). */
export function environmentIn(word: string | undefined): string | null {
  return environments.get(word?.toLowerCase() ?? "") ?? null;
}

const opening = "^\\W*(?:(?:no|actually|sorry|wait|oops|please|rather|instead)\\b\\W*)*";
const newNumber = new RegExp(
  `${opening}(?:(?:use|make (?:it|that)|take|try|change (?:it|that) to|it['’]?s|i meant?)\\s+)?(-?[\\d.,]*\\d|[a-z]+)(?:\\s+(?:instead|please|rather))?(?:\\s+(?:instead of|not|rather than)\\s+(-?[\\d.,]*\\d|[a-z]+))?\\W*$`,
  "iu",
);
const newPlace = new RegExp(
  `${opening}(?:(?:make it|use|do it|i meant?|change (?:it|that) to)\\s+)?(?:in |on )?(?:the )?(staging|stage|production|prod)\\b(?:\\s+(?:instead|please|rather|then))*\\W*$`,
  "iu",
);

/** `actually use 4 instead`, `make it staging`. */
function changed(goal: Goal | null, { text, at }: Order): Goal | null {
  if (text.length > 200) return null;
  const elsewhere = environmentIn(newPlace.exec(text)?.[1]);
  if (goal?.wants === "restart" && elsewhere) return { ...goal, environment: elsewhere, since: at };
  const match = newNumber.exec(text);
  const value = match?.[1] ? valueIn(match[1]) : null;
  if (goal?.wants !== "calculation" || value?.type !== "number") return null;
  const old = match?.[2] ? valueIn(match[2]) : null;
  return { ...goal, expressions: replaced(goal.expressions, value, old) };
}

function calculation({ text, at }: Order): Goal | null {
  const expressions = expressionsIn(text);
  // Numbers that only somebody could tell, and none beside them, are more likely prose than a calculation.
  const real = expressions.filter((one) => holesIn(one) < leaves(one).length || expressions.length === 1);
  return real.length > 0 ? { wants: "calculation", expressions: real, since: at } : null;
}

function time({ text, at }: Order): Goal | null {
  const asks = /\bwhat time\b|\b(?:current|what(?:['’]s| is) the) (?:time|date)\b|\bwhat day is\b/iu.test(
    text,
  );
  return asks ? { wants: "time", since: at } : null;
}
