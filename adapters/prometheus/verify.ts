/** Did it help? One PromQL value now, held against the same value before the action. */
import { z } from "zod";
import type { ToolDefinition } from "../../src/tools/contract.ts";
import { checkDeclared } from "../../src/tools/declared.ts";
import { callable, mustBe, time, words } from "../../src/tools/declared-values.ts";
import { instantSchema } from "./answers.ts";
import { ask, type Place, placeSchema, type Server, serverAt } from "./client.ts";
import { secondsIn } from "./span.ts";

type Verification<Input> = NonNullable<ToolDefinition<Input>["verify"]>;
type Judge = (value: number, before: number | null) => boolean;

/** What `prometheusVerify` takes: a query and how its value is judged. */
export interface Watched<Input> extends Place {
  /** PromQL that gives one value: `sum(rate(errors_total[1m]))`. */
  query: string | ((input: Input) => string);
  /** `before`: the value one `window` earlier; null: there was none. */
  better: Judge;
  /** Left out: it is never called worse, only not better yet. */
  worse?: Judge;
  /** How long to wait for it to get better, `5m`. As long as that lasts, one window earlier is before the action. */
  window: string;
  /** Time between two looks, ms; default 15,000. */
  everyMs?: number;
}

const watchedSchema = z.strictObject({
  ...placeSchema.shape,
  query: z.union([words, callable], { error: mustBe("a query, or a function that gives one") }),
  better: callable,
  worse: callable.optional(),
  window: z
    .string()
    .refine((text) => (secondsIn(text) ?? 0) > 0, "is no span of time; write it like 90s or 5m"),
  everyMs: time.optional(),
} satisfies Record<keyof Watched<unknown>, z.ZodType>);

/** For `verify` of a declared tool. Throws an Error at its declaration that says what can't work. */
export function prometheusVerify<Input>(watched: Watched<Input>): Verification<Input> {
  checkDeclared("prometheusVerify", watchedSchema, watched);
  const { query, better, worse, everyMs = 15_000 } = watched;
  const server = serverAt("Prometheus", watched);
  const window = secondsIn(watched.window) ?? 0;
  return {
    everyMs,
    withinMs: window * 1000,
    check: async (input, _output, { signal }) => {
      if (server.base === null) throw new Error(`nobody can look whether it helped: ${server.off}`);
      const text = typeof query === "string" ? query : query(input);
      const now = Date.now() / 1000;
      const value = await valueAt(server, text, now, signal);
      if (value === null) throw new Error(`${text} has no value now`);
      const before = await valueAt(server, text, now - window, signal);
      const told = `${text} is ${value}${before === null ? "" : `; ${watched.window} ago it was ${before}`}`;
      if (better(value, before)) return { verdict: "better", words: told };
      return { verdict: worse?.(value, before) ? "worse" : "not_yet", words: told };
    },
  };
}

/** null: there is no value, which is not zero. Throws when there are several. */
async function valueAt(
  server: Server,
  query: string,
  at: number,
  signal: AbortSignal,
): Promise<number | null> {
  const params = [
    ["query", query],
    ["time", String(at)],
  ] as const;
  const { data } = await ask(server, "/api/v1/query", instantSchema, signal, { method: "POST", params });
  if (data.resultType === "scalar") return finite(data.result[1]);
  if (data.resultType !== "vector") throw new Error(`${query} gives a ${data.resultType}, not one value`);
  if (data.result.length > 1)
    throw new Error(`${query} gives ${data.result.length} values; make it one with sum(…) or max(…)`);
  return finite(data.result[0]?.value?.[1]);
}

function finite(text: string | undefined): number | null {
  const value = Number(text);
  return text === undefined || !Number.isFinite(value) ? null : value;
}
