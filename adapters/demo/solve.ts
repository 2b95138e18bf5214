/** Works a calculation out with tools and people: says which calls are needed next, from those that were made. */
import { valueIn } from "./arithmetic.ts";
import type { Outcome, PastCall } from "./conversation.ts";
import { type Expression, holesIn, shown, shownNumber } from "./expression.ts";
import type { Operator } from "./tokens.ts";

/** A call to make next; its id is given elsewhere. */
export interface Wanted {
  tool: string;
  input: Record<string, unknown>;
}

/** The next thing to do. `done`: the final words, in Markdown. */
export type Move = { calls: readonly Wanted[] } | { done: string };

/** `filled` is the calculation with the numbers that people told in it. */
export type Solution =
  | { at: "solved"; value: number; filled: Expression }
  | { at: "open"; wants: readonly Wanted[] }
  | { at: "failed"; why: string; filled: Expression };

type Solved = Extract<Solution, { at: "solved" }>;

/** Times that a person is asked for the same number. */
const patience = 3;

/** One step at a time: the calls that are possible now, a failure, or the value. */
export function solve(expression: Expression, calls: readonly PastCall[]): Solution {
  const holes = holesIn(expression);
  const task: Task = {
    calls,
    context: `The calculation: ${shown(expression)}`,
    numbering: (nth) => (holes > 1 ? ` (${nth} of ${holes})` : ""),
  };
  return solvePart(expression, task);
}

interface Task {
  calls: readonly PastCall[];
  context: string;
  numbering(nth: number): string;
}

function solvePart(part: Expression, task: Task): Solution {
  switch (part.type) {
    case "number":
      return { at: "solved", value: part.value, filled: part };
    case "hole":
      return ask(part.nth, "Which number should I use?", task, (told) => told);
    case "root":
      return part.of.type === "hole"
        ? ask(part.of.nth, "Which number should I take the square root of?", task, (of) => root(of, task))
        : then(solvePart(part.of, task), (of) => root(of, task));
    case "binary":
      return solveBinary(part, task);
  }
}

type Binary = Extract<Expression, { type: "binary" }>;

/** Sides that do not wait for each other are worked out side by side; a missing number is asked for last. */
function solveBinary({ operator, left, right }: Binary, task: Task): Solution {
  if (right.type === "hole") {
    return then(solvePart(left, task), (a) =>
      ask(right.nth, rightQuestion(operator, shownNumber(a.value)), task, (b) => apply(operator, a, b, task)),
    );
  }
  if (left.type === "hole") {
    return then(solvePart(right, task), (b) =>
      ask(left.nth, leftQuestion(operator, shownNumber(b.value)), task, (a) => apply(operator, a, b, task)),
    );
  }
  const a = solvePart(left, task);
  const b = solvePart(right, task);
  if (a.at === "open" && b.at === "open") return { at: "open", wants: [...a.wants, ...b.wants] };
  if (a.at === "failed" || b.at === "failed") return a.at === "failed" ? a : b;
  return then(a, (known) => then(b, (other) => apply(operator, known, other, task)));
}

function then(solution: Solution, next: (solved: Solved) => Solution): Solution {
  return solution.at === "solved" ? next(solution) : solution;
}

const tools: Record<Operator, (a: number, b: number) => Wanted> = {
  "+": (a, b) => ({ tool: "sum_numbers", input: { a, b } }),
  "-": (a, b) => ({ tool: "subtract_numbers", input: { a, b } }),
  "*": (a, b) => ({ tool: "multiply_numbers", input: { a, b } }),
  "/": (a, b) => ({ tool: "divide_numbers", input: { a, b } }),
  "^": (base, exponent) => ({ tool: "power", input: { base, exponent } }),
};

function apply(operator: Operator, a: Solved, b: Solved, task: Task): Solution {
  const filled: Expression = { type: "binary", operator, left: a.filled, right: b.filled };
  return carryOut(tools[operator](a.value, b.value), filled, task);
}

function root(of: Solved, task: Task): Solution {
  const wanted = { tool: "square_root", input: { number: of.value } };
  return carryOut(wanted, { type: "root", of: of.filled }, task);
}

/** The result of a tool, once it was called; until then the wish to call it. */
function carryOut(wanted: Wanted, filled: Expression, task: Task): Solution {
  const outcome = outcomeOf(wanted, task.calls);
  if (!outcome) return { at: "open", wants: [wanted] };
  if (!outcome.ok) return { at: "failed", why: outcome.message, filled };
  const value = Number(outcome.output);
  return outcome.output !== "" && Number.isFinite(value)
    ? { at: "solved", value, filled }
    : { at: "failed", why: `${wanted.tool} gave no number but "${outcome.output}"`, filled };
}

/**
 * A number from a person, and what comes of it. An answer without a number in it, or one that the next tool
 * rejects (zero as a divisor), is asked for again with the reason.
 */
function ask(nth: number, question: string, task: Task, use: (told: Solved) => Solution): Solution {
  let asked = `${question}${task.numbering(nth)}`;
  for (let attempt = 1; ; attempt += 1) {
    const input = { question: asked, choices: null, context: task.context };
    const outcome = outcomeOf({ tool: "ask_human", input }, task.calls);
    if (!outcome) return { at: "open", wants: [{ tool: "ask_human", input }] };
    const used = outcome.ok ? withAnswer(outcome.output, task, use) : failure(outcome.message);
    if (used.at !== "failed" || !outcome.ok || attempt === patience) return used;
    const left = attempt + 1 === patience ? " This is the last time I ask." : "";
    asked = `That did not work: ${sentence(used.why)} ${question}${task.numbering(nth)}${left}`;
  }
}

function withAnswer(answer: string, task: Task, use: (told: Solved) => Solution): Solution {
  const value = valueIn(answer);
  if (!value || holesIn(value) > 0) return failure(`there is no number in "${answer.slice(0, 80)}"`);
  return then(solvePart(value, task), use);
}

function failure(why: string): Solution {
  return { at: "failed", why, filled: { type: "hole", nth: 0 } };
}

/** The text with a full stop, unless it ends with a mark already. */
export function sentence(text: string): string {
  return /[.!?…]$/u.test(text) ? text : `${text}.`;
}

function rightQuestion(operator: Operator, a: string): string {
  switch (operator) {
    case "+":
      return `Which number should I add to ${a}?`;
    case "-":
      return `Which number should I subtract from ${a}?`;
    case "*":
      return `Which number should I multiply ${a} by?`;
    case "/":
      return `Which number should I divide ${a} by?`;
    case "^":
      return `To which power should I raise ${a}?`;
  }
}

function leftQuestion(operator: Operator, b: string): string {
  switch (operator) {
    case "+":
      return `Which number should I add ${b} to?`;
    case "-":
      return `From which number should I subtract ${b}?`;
    case "*":
      return `Which number should I multiply by ${b}?`;
    case "/":
      return `Which number should I divide by ${b}?`;
    case "^":
      return `Which number should I raise to the power of ${b}?`;
  }
}

/** The newest result of the same call; null when it was not made or has no result yet. */
export function outcomeOf(wanted: Wanted, calls: readonly PastCall[]): Outcome | null {
  const sign = JSON.stringify(Object.entries(wanted.input).sort());
  const same = calls.findLast(
    ({ tool, input }) => tool === wanted.tool && JSON.stringify(Object.entries(input ?? {}).sort()) === sign,
  );
  return same?.outcome ?? null;
}
