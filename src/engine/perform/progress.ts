/** What a call says of itself while it runs, on its step's line: words of strangers, so few and short. */
import { findCall } from "../../core/reduce/calls.ts";
import { brief } from "../../core/text/brief.ts";
import { onlySeen } from "../../core/text/visible.ts";
import { recordOutcome, type Work } from "./work.ts";

/** Between two commits, ms; what is said in between is dropped. */
const pauseMs = 2_000;
/** Commits for one call. */
const most = 100;
const longest = 200;

/** `over`: resolves when nothing more is on its way to the log. */
export function progressOf(
  on: Work,
  callId: string,
): { tell(words: string): void; over(): Promise<unknown> } {
  let last = Number.NEGATIVE_INFINITY;
  let count = 0;
  let busy: Promise<unknown> | null = null;
  const record = (progress: string) =>
    recordOutcome(on, (state) => {
      const call = findCall(state, callId);
      // A read that began without an intent has no line of its own.
      if (call?.is.at !== "started" || call.progress === progress) return [];
      return [{ type: "call_progressed", callId, progress }];
    });
  return {
    tell: (words) => {
      const progress = brief(onlySeen(words), longest);
      const now = on.clock.steady();
      if (busy !== null || count >= most || now - last < pauseMs || progress === "") return;
      count += 1;
      last = now;
      busy = record(progress)
        .catch((err: unknown) => on.log.warn({ run: on.runId, err }, "progress of a call was not recorded"))
        .finally(() => {
          busy = null;
        });
    },
    over: async () => busy,
  };
}
