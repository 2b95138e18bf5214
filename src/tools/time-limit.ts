/** Ends a tool's work when it is done, its time is over or the caller gives up, whichever comes first. */
import type { CallContext } from "../core/ports/toolbox.ts";
import type { Tool } from "./contract.ts";
import { NotBegun } from "./endings.ts";

/** The call was given up before it came back. */
export class Stopped extends Error {
  readonly code: "timeout" | "interrupted";
  constructor(code: Stopped["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * The work may ignore its signal: it is given up all the same. Rejects with Stopped, or as the work does; when its time
 * is over only with what says that it had not begun.
 */
export async function within<T>(
  tool: Tool,
  context: CallContext,
  work: (context: CallContext) => Promise<T>,
): Promise<T> {
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  stopped.catch(() => {});
  const ours = new AbortController();
  let given: Stopped | null = null;
  const stop = (why: Stopped) => {
    given ??= why;
    ours.abort(why);
    // Whoever throws at once on the abort is heard: nothing may have been sent so far.
    setImmediate(() => reject(why));
  };
  const seconds = tool.timeoutMs / 1000;
  const late = () => stop(new Stopped("timeout", `${tool.spec.name} did not come back within ${seconds} s`));
  const interrupt = () => stop(new Stopped("interrupted", `${tool.spec.name} was interrupted`));
  // A timer of our own, cleared in time: signals that time out by themselves outlive the call.
  const timer = setTimeout(late, tool.timeoutMs);
  context.signal.addEventListener("abort", interrupt, { once: true });
  try {
    if (context.signal.aborted) interrupt();
    else {
      const done = work({ ...context, signal: ours.signal }).catch((error: unknown) => {
        // A tool that throws on the abort must not be taken for one that failed.
        throw given === null || error instanceof NotBegun ? error : given;
      });
      return await Promise.race([stopped, done]);
    }
    return await stopped;
  } finally {
    clearTimeout(timer);
    context.signal.removeEventListener("abort", interrupt);
  }
}
