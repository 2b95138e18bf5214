/** Minutes in seconds: a clock that moves only while nothing is on the wire, so that no answer is ever late. */
import { vi } from "vitest";

const stepMs = 100;

export interface FastTime {
  /** Lets time pass, step by step, until the condition holds. */
  until(condition: () => boolean | Promise<boolean>): Promise<void>;
  end(): void;
}

/** From now on timers and Date are the test's. Whoever calls fetch later is noticed. */
export function fastTime(): FastTime {
  const { fetch } = globalThis;
  let onTheWire = 0;
  globalThis.fetch = async (...request) => {
    onTheWire += 1;
    try {
      const answer = await fetch(...request);
      // Read to its end: an answer that is still arriving is on the wire too.
      const body = answer.status === 204 ? null : await answer.arrayBuffer();
      return new Response(body, { status: answer.status, headers: answer.headers });
    } finally {
      onTheWire -= 1;
    }
  };
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"] });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const quiet = async () => {
    do await turn();
    while (onTheWire > 0);
  };
  return {
    async until(condition) {
      for (await quiet(); !(await condition()); await quiet()) vi.advanceTimersByTime(stepMs);
    },
    end() {
      vi.useRealTimers();
      globalThis.fetch = fetch;
    },
  };
}
