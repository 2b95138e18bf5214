/** Ends a tool's work when it is done, its time is over or the caller gives up, whichever comes first. */
import type { CallContext } from "../core/ports/toolbox.ts";
import type { Tool } from "./contract.ts";

/** The call was given up before it came back. */
export class Stopped extends Error {
  readonly code: "timeout" | "interrupted";
  constructor(code: Stopped["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/** The work may ignore its signal: it is given up all the same. Rejects with Stopped, or as the work does. */
export async function within<T>(
  tool: Tool,
  context: CallContext,
  work: (context: CallContext) => Promise<T>,
): Promise<T> {
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  stopped.catch(() => {});
  const ours = new AbortController();
  const stop = (why: Stopped) => {
    // First the reason, then the abort: a tool that throws on it must not be taken for one that failed.
    reject(why);
    ours.abort(why);
  };
  const seconds = tool.timeoutMs / 1000;
  const late = () => stop(new Stopped("timeout", `${tool.spec.name} did not come back within ${seconds} s`));
  const interrupt = () => stop(new Stopped("interrupted", `${tool.spec.name} was interrupted`));
  // A timer of our own, cleared in time: signals that time out by themselves outlive the call.
  const timer = setTimeout(late, tool.timeoutMs);
  context.signal.addEventListener("abort", interrupt, { once: true });
  try {
    if (context.signal.aborted) interrupt();
    else return await Promise.race([stopped, work({ ...context, signal: ours.signal })]);
    return await stopped;
  } finally {
    clearTimeout(timer);
    context.signal.removeEventListener("abort", interrupt);
  }
}
