/** Minutes of idling in a second: the timers are the test's, and move only while no request is on the way to PostgreSQL. */
import { setImmediate as turn } from "node:timers/promises";
import { Client } from "pg";
import { vi } from "vitest";

const stepMs = 100;
/** What an answer leads to has been asked within so many turns of the event loop. */
const quietTurns = 10;

export interface IdleTime extends Disposable {
  /** Lets it pass; returns every statement that this process asked meanwhile, by its name if it has one. */
  pass(ms: number): Promise<string[]>;
}

/** Until it is disposed. Begun before what idles, so that all timers of it are these. */
export function idleTime(): IdleTime {
  vi.useFakeTimers({
    toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date", "performance"],
    fakeNodeBuiltins: true,
  });
  const asked: string[] = [];
  let onTheWay = 0;

  /** Until the answer has come, by the callback or by the promise. */
  function watch(method: "query" | "connect", tell: (request: unknown) => void): () => void {
    const original: unknown = Reflect.get(Client.prototype, method);
    if (typeof original !== "function") throw new Error(`a client of pg has no ${method}`);
    const over = () => void onTheWay--;
    Reflect.set(Client.prototype, method, function watched(this: Client, ...given: unknown[]): unknown {
      onTheWay++;
      tell(given[0]);
      const last = given.at(-1);
      if (typeof last === "function") {
        const answered = (...answer: unknown[]) => {
          over();
          last(...answer);
        };
        return Reflect.apply(original, this, [...given.slice(0, -1), answered]);
      }
      const promise: unknown = Reflect.apply(original, this, given);
      void Promise.resolve(promise).then(over, over);
      return promise;
    });
    return () => Reflect.set(Client.prototype, method, original);
  }

  const ends = [watch("query", (statement) => asked.push(nameOf(statement))), watch("connect", () => {})];

  async function quiet(): Promise<void> {
    for (let turns = 0; turns < quietTurns; turns = onTheWay > 0 ? 0 : turns + 1) await turn();
  }

  return {
    async pass(ms) {
      const before = asked.length;
      for (let passed = 0; passed < ms; passed += stepMs) {
        await quiet();
        await vi.advanceTimersByTimeAsync(stepMs);
      }
      await quiet();
      return asked.slice(before);
    },
    [Symbol.dispose]() {
      for (const end of ends) end();
      vi.useRealTimers();
    },
  };
}

function nameOf(statement: unknown): string {
  if (typeof statement !== "object" || statement === null) return String(statement);
  if ("name" in statement && typeof statement.name === "string") return statement.name;
  return "text" in statement ? String(statement.text) : "a statement without text";
}
