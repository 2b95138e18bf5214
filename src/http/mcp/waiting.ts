/** A wait for a run that has an end: the run's, a question to the caller, the time that was asked for, or a stop. */
import { statusInWords } from "../../core/narrate/narrate.ts";
import { pendingCalls, type State } from "../../core/state.ts";
import { isEnded } from "../../core/text/status.ts";
import { Bell } from "../guard/bell.ts";
import type { Server } from "../guard/context.ts";
import { showTo } from "../routes/run-access.ts";
import type { RunState } from "../wire/runs.ts";
import { isForCaller } from "./answer.ts";
import type { Asked } from "./tool.ts";

/** It is looked again after so long without a change: for what other processes committed while the line was lost. */
const lookMs = 10_000;

/** The run as it is when the wait ends. The run itself goes on, whoever waits or leaves. */
export async function awaitRun(
  server: Server,
  asked: Asked,
  runId: string,
  waitS: number,
): Promise<RunState> {
  const { engine, streams } = server;
  const { actor } = asked.caller;
  const bell = new Bell();
  const unwatch = engine.watch((change) => change.runId === runId && bell.ring());
  const end = AbortSignal.any([asked.signal, streams.ended, AbortSignal.timeout(Math.ceil(waitS * 1000))]);
  try {
    for (let told = ""; ; ) {
      const state = await engine.state(runId);
      const run = await showTo(server, actor, runId);
      // Who may not read it is told that it was started, and nothing of what comes after.
      if (!state || !engine.mayRead(actor, state) || isOver(run) || waitS === 0 || end.aborted) return run;
      const words = progressOf(state);
      if (words !== told) await asked.tell(state.version, words);
      told = words;
      await bell.wait(lookMs, end);
    }
  } finally {
    unwatch();
  }
}

function isOver({ status, questions }: RunState): boolean {
  const rests = isEnded(status) || status === "paused" || status === "max_steps_reached";
  return rests || questions.some(isForCaller);
}

/** Whoever loses the answer has the run's id from the first line on. */
function progressOf(state: State): string {
  const [call] = pendingCalls(state);
  const doing = [call?.tool, call?.progress].filter((part) => part !== undefined).join(" — ");
  return [`run ${state.runId}`, statusInWords(state), doing].filter((part) => part !== "").join(" · ");
}
