/** Input schemas of the control-flow tools: the model is shown them, `decide` and the engine read calls by them. */
import { z } from "zod";
import type { ToolSpec } from "./agent.ts";
import { checkedBy, lineOf } from "./misfits.ts";

const thirtyDays = 30 * 24 * 60 * 60;
const sevenDays = 7 * 24 * 60 * 60;

/** The name of an event within its run. */
export const eventName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, "is lower-case letters, digits, - and _");

/** Text lengths in characters. `choices` become buttons, whose labels Slack limits to 75. */
export const askHumanInput = z.object({
  question: z.string().trim().min(1).max(2000).describe("One question, complete in itself."),
  choices: z
    .array(z.string().trim().min(1).max(75))
    .min(1)
    .max(10)
    .nullable()
    .describe("The possible answers when they are few and known, else null."),
  context: z
    .string()
    .max(4000)
    .nullable()
    .describe("What the person must know to answer, when the question does not say it, else null."),
});

/** The checked arguments of an `ask_human` call. */
export type AskHuman = z.infer<typeof askHumanInput>;

/** The answer ends the run and is posted as it is. */
export const finalAnswerInput = z.object({
  answer: z.string().describe("The outcome in plain words, Markdown allowed."),
});

/** Starts a child run with `task` as all that it is told. */
export const handOffInput = z.object({
  agent: z.string().min(1).max(63).describe("The name of one of the agents that you can hand a task to."),
  task: z.string().trim().min(1).max(8000).describe("The whole task, with everything that is needed for it."),
});

/** At most thirty days, in seconds. */
export const sleepUntilInput = z.object({
  seconds: z.int().min(1).max(thirtyDays).describe("How long to wait, in seconds."),
});

/** At most seven days, in seconds. */
export const waitForEventInput = z.object({
  event: eventName.describe("The name that the URL was made for."),
  timeout_seconds: z.int().min(1).max(sevenDays).describe("Go on without it after this many seconds."),
});

const inputs = {
  ask: askHumanInput,
  finish: finalAnswerInput,
  hand_off: handOffInput,
  sleep: sleepUntilInput,
  wait_for_event: waitForEventInput,
} as const satisfies Record<Exclude<ToolSpec["control"], "none">, z.ZodObject>;

/** What is wrong with the stored input of a call, for the model; null: nothing, or no tool of the control flow. */
export function controlInputProblem(control: ToolSpec["control"], input: unknown): string | null {
  if (control === "none") return null;
  const read = checkedBy(inputs[control], input);
  const misfit = "misfits" in read ? read.misfits[0] : undefined;
  return misfit ? lineOf({ ...misfit, path: ["input", ...misfit.path] }, "input") : null;
}

/**
 * How long a call of `sleep_until` or `wait_for_event` sleeps at most, and the event that ends it; null: of neither.
 */
export function sleepOf(input: unknown): { seconds: number; event: string | null } | null {
  const wait = waitForEventInput.safeParse(input);
  if (wait.success) return { seconds: wait.data.timeout_seconds, event: wait.data.event };
  const sleep = sleepUntilInput.safeParse(input);
  return sleep.success ? { seconds: sleep.data.seconds, event: null } : null;
}
