/** What a call says of itself while it runs, on its step's line: words of strangers, so few and short. */
import type { EventBody } from "../../core/event.ts";
import { findCall } from "../../core/reduce/calls.ts";
import { progressDueIn } from "../../core/reduce/progress.ts";
import type { Call, State } from "../../core/state.ts";
import { brief } from "../../core/text/brief.ts";
import { onlySeen } from "../../core/text/visible.ts";
import { recordOutcome, type Work } from "./work.ts";

/** Between two commits, ms: of what is said in between the last is recorded. */
const pauseMs = 2_000;
const longest = 200;

/** The event for these words, where the call has a line that they would change. */
export function progressEvents(
  state: State,
  callId: string,
  at: Call["is"]["at"],
  words: string,
): EventBody[] {
  const call = findCall(state, callId);
  // A read that began without an intent has no line of its own.
  if (call?.is.at !== at || call.progress === words || words === "") return [];
  return [{ type: "call_progressed", callId, progress: words }];
}

/** `over`: the last words, once nothing more is on its way to the log; they belong before the call's outcome. */
export function progressOf(on: Work, callId: string): { tell(words: string): void; over(): Promise<string> } {
  let newest = "";
  let recorded = "";
  let state = on.state;
  let last = Number.NEGATIVE_INFINITY;
  let waiting: NodeJS.Timeout | undefined;
  let busy: Promise<void> | null = null;
  let isOver = false;

  const record = async () => {
    recorded = newest;
    last = on.clock.steady();
    try {
      const done = await recordOutcome(on, (now) => progressEvents(now, callId, "started", recorded));
      if (done.type === "recorded") state = done.state;
    } catch (err) {
      on.log.warn({ run: on.runId, err }, "progress of a call was not recorded");
    }
    busy = null;
    next();
  };
  const next = () => {
    if (isOver || busy !== null || waiting !== undefined || newest === recorded) return;
    const pause = last + pauseMs - on.clock.steady();
    const ms = Math.max(pause, progressDueIn(findCall(state, callId) ?? {}, on.clock.now()));
    if (ms <= 0) busy = record();
    else waiting = setTimeout(dueNow, ms);
  };
  const dueNow = () => {
    waiting = undefined;
    next();
  };
  return {
    tell: (words) => {
      newest = brief(onlySeen(words), longest) || newest;
      next();
    },
    over: async () => {
      isOver = true;
      clearTimeout(waiting);
      await busy;
      return newest;
    },
  };
}
