/** The demo model's next move: calls that bring the goal closer, or the words that end the run. */

import type { Conversation, Outcome, PastCall } from "./conversation.ts";
import { shown, shownNumber } from "./expression.ts";
import { environmentIn, type Goal, goalOf, isCallingOff } from "./goal.ts";
import { incidentMove, isIncident } from "./incident.ts";
import { type Move, outcomeOf, type Solution, sentence, solve, type Wanted } from "./solve.ts";

const help = [
  "I am the built-in demo model: a few fixed rules, no intelligence. I can",
  '- calculate, step by step, and ask you for a number: "What is (17 + 5) * 3, divided by a number you must ask me for?"',
  '- pretend to restart a service, once somebody approves it: "Restart payments in staging"',
  '- hand a task to another agent: "Ask the calculator agent to add 2 and 3"',
  "- tell the time.",
  "",
  "To connect a real model, set OPENAI_API_KEY (or OPENAI_BASE_URL for a server that speaks OpenAI's API) and start again.",
].join("\n");

/** Deterministic: the same conversation leads to the same move. */
export function nextMove(conversation: Conversation): Move {
  if (isIncident(conversation.orders)) return incidentMove(conversation.calls);
  const goal = goalOf(conversation.orders);
  return pursue(
    goal,
    conversation.calls.filter((call) => call.at > goal.since),
    conversation,
  );
}

function pursue(goal: Goal, calls: readonly PastCall[], conversation: Conversation): Move {
  const answers = calls.filter((call) => call.tool === "ask_human" && call.outcome?.ok);
  if (answers.some((call) => call.outcome?.ok && isCallingOff(call.outcome.output))) return stopped(calls);
  switch (goal.wants) {
    case "calculation":
      return calculate(goal, calls);
    case "restart":
      return restart(goal, calls);
    case "hand_off":
      return handOff(goal, calls);
    case "time":
      return tellTime(calls);
    case "nothing": {
      const since = goal.instead?.since ?? 0;
      return stopped(conversation.calls.filter((call) => call.at > since));
    }
    case "help":
      return { done: help };
  }
}

/** What cannot be taken back is said, even when the rest was called off. */
function stopped(calls: readonly PastCall[]): Move {
  const restarts = calls.filter((call) => call.tool === "restart_service");
  const done = restarts.flatMap(({ outcome }) => (outcome?.ok ? [sentence(outcome.output)] : []));
  return { done: ["All right, I do nothing more.", ...done].join(" ") };
}

/** Independent calculations go forward side by side. */
function calculate(goal: Extract<Goal, { wants: "calculation" }>, calls: readonly PastCall[]): Move {
  const solutions = goal.expressions.map((expression) => solve(expression, calls));
  const wants = solutions.flatMap((solution) => (solution.at === "open" ? solution.wants : []));
  return wants.length > 0 ? { calls: wants } : { done: solutions.map(told).join("\n") };
}

function told(solution: Solution): string {
  switch (solution.at) {
    case "solved":
      return `${shown(solution.filled)} = ${shownNumber(solution.value)}`;
    case "failed": {
      const what = solution.filled.type === "hole" ? "this" : shown(solution.filled);
      return `I could not work out ${what}: ${sentence(solution.why)}`;
    }
    case "open":
      return "";
  }
}

/** Asked for once: whatever became of the call is told, and it is never repeated. */
function restart(goal: Extract<Goal, { wants: "restart" }>, calls: readonly PastCall[]): Move {
  const made = calls.findLast((call) => call.tool === "restart_service");
  if (made) return { done: restartTold(made) };
  const which = question("Which service should I restart?", null);
  const service = goal.service ?? lastWord(outcomeOf(which, calls));
  if (service === null) return { calls: [which] };
  const where = question(`In which environment should I restart ${service}?`, ["staging", "production"]);
  const told = lastWord(outcomeOf(where, calls));
  // Another word is passed on as it is: the tool knows best what it takes.
  const environment = goal.environment ?? (told && (environmentIn(told) ?? told));
  if (environment === null) return { calls: [where] };
  return { calls: [{ tool: "restart_service", input: { service, environment } }] };
}

function question(words: string, choices: string[] | null): Wanted {
  return { tool: "ask_human", input: { question: words, choices, context: null } };
}

/** `the payments service` → `payments`; the answer to a question for one name. */
function lastWord(outcome: Outcome | null): string | null {
  if (!outcome?.ok) return null;
  const names = outcome.output
    .toLowerCase()
    .replace(/\bservice\b/gu, "")
    .match(/[a-z0-9][\w-]*/gu);
  return names?.at(-1) ?? null;
}

function restartTold({ input, outcome }: PastCall): string {
  const { service, environment } = { service: "the service", environment: "?", ...(input as object) };
  if (outcome?.ok) return sentence(`Done: ${outcome.output}`);
  const message = sentence(outcome?.message ?? "there is no result");
  return outcome?.code === "refused"
    ? `I did not restart ${service} in ${environment}. ${message}`
    : `The restart of ${service} in ${environment} did not succeed: ${message}`;
}

function handOff(goal: Extract<Goal, { wants: "hand_off" }>, calls: readonly PastCall[]): Move {
  const made = calls.findLast((call) => call.tool === "hand_off");
  if (!made) return { calls: [{ tool: "hand_off", input: { agent: goal.agent, task: goal.task } }] };
  return made.outcome?.ok
    ? { done: `The ${goal.agent} agent says: ${made.outcome.output}` }
    : { done: `The ${goal.agent} agent could not do it: ${sentence(made.outcome?.message ?? "no result")}` };
}

function tellTime(calls: readonly PastCall[]): Move {
  const wanted = { tool: "current_time", input: {} };
  const outcome = outcomeOf(wanted, calls);
  if (!outcome) return { calls: [wanted] };
  return { done: outcome.ok ? `It is ${outcome.output}` : `I could not tell the time: ${outcome.message}` };
}
