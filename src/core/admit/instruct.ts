/** What people type after `/agent`, in every channel the same words. */
import { kindOf } from "./words.ts";

/** Typed words as a command. What is no known verb is the task of a launch. */
export type Instruction =
  | { verb: "help" | "list" | "agents" }
  /** Without a run id: the run of this thread, or this person's newest, of those that have not ended if there is one. */
  | { verb: "status" | "stop" | "pause" | "resume"; runId: string | null }
  | { verb: "launch"; agent: string | null; task: string };

const withRun = new Set(["status", "stop", "pause", "resume"]);
const alone = new Set(["help", "list", "agents"]);
/** A run's id as people copy it: whole, or without what stands before the underscore. */
const runNamed = /^(?:run_\S+|[0-9a-hjkmnp-tv-z]{20})$/;

/**
 * `help` · `status [run]` · `list` · `agents` · `stop|pause|resume [run]` · `<agent>: <task>` · `<task>`.
 * A command word counts only when nothing but a run id follows, so that "stop the payment service" is a task; courtesy
 * around a stop ("please stop!") is not what is said.
 */
export function parseInstruction(text: string, agents: readonly string[]): Instruction {
  const words = text.trim().split(/\s+/u).filter(Boolean);
  const [first = "", second] = words;
  const verb = first.toLowerCase().replace(/[.!?…]+$/u, "");
  if (words.length === 0) return { verb: "help" };
  if (kindOf(text) === "stop") return { verb: "stop", runId: null };
  if (words.length === 1 && alone.has(verb)) return { verb: verb as "help" };
  if (withRun.has(verb) && second === undefined) return { verb: verb as "status", runId: null };
  if (withRun.has(verb) && words.length === 2 && second !== undefined && runNamed.test(second)) {
    return { verb: verb as "status", runId: second.startsWith("run_") ? second : `run_${second}` };
  }
  const named = /^([a-z0-9][a-z0-9-]{0,62}):\s*(\S[\s\S]*)$/u.exec(text.trim());
  if (named?.[1] && named[2] && agents.includes(named[1])) {
    return { verb: "launch", agent: named[1], task: named[2] };
  }
  return { verb: "launch", agent: null, task: text.trim() };
}

/** In Markdown, for channels that have no words of their own for it. */
export const helpText = [
  "`<task>` starts a run · `<agent>: <task>` with that agent",
  "`status [run]` · `list` · `agents` · `pause [run]` · `resume [run]` · `stop [run]`",
  "In a thread with a run, a reply answers its question or steers it.",
].join("\n");
