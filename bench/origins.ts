/** Where values come from: what it costs to trace a call and an outcome through the log of a run of 1,000 events. */
import type { RunEvent } from "../src/core/event.ts";
import { Seen } from "../src/core/origin/seen.ts";
import { argumentOrigins, outcomeOrigins } from "../src/core/origin/trace.ts";
import { median, round } from "./bot.ts";

const events = 1000;
const person = { principal: "slack:T1/U1", name: "dana" };

/** A step of three events: the model chooses a look, it begins, and it comes back with `size` characters of JSON. */
function step(number: number, size: number): RunEvent[] {
  const callId = `c${number}`;
  const pods = Array.from({ length: Math.ceil(size / 90) }, (_, pod) => ({
    name: `payments-api-${number}-${pod}`,
    sha: ((number * 7919 + pod) * 104_729).toString(16).padStart(12, "0"),
    cpu: ((number * 31 + pod * 17) % 1000) / 10,
  }));
  const usage = { inputTokens: 1, cachedTokens: 0, outputTokens: 1, reasoningTokens: 0, costUsd: null };
  const calls = [{ id: callId, tool: "look", input: { number } }];
  const answered = { text: null, calls, refusal: null, cut: null, items: [], provider: "bench" } as const;
  return [
    {
      type: "model_answered",
      ...answered,
      calls,
      items: [],
      model: "m",
      promptHash: "h",
      usage,
      ms: 1,
      at: 0,
    },
    { type: "call_started", callId, attempt: 1, key: callId, at: 0 },
    {
      type: "call_finished",
      callId,
      output: JSON.stringify(pods),
      omitted: 0,
      ms: 1,
      untrusted: number % 3 === 0,
      at: 0,
    },
  ];
}

function logOf(size: number): RunEvent[] {
  const said: RunEvent = {
    type: "heard",
    text: "Why are payments slow?",
    from: person,
    via: { channel: "slack" },
    trusted: true,
    at: 0,
  };
  return [said, ...Array.from({ length: Math.floor(events / 3) }, (_, number) => step(number, size)).flat()];
}

const call = {
  service: "payments-api-300-2",
  sha: "0000deadbeef",
  replicas: 12,
  cpu: 73.4,
  to: "db7.internal",
};
const outcome = Array.from(
  { length: 40 },
  (_, n) => `payments-api-${n * 8}-1 runs at ${(n * 37) % 100}.${n % 10} % since ${n}${n} min.`,
).join("\n");

/** Median and most of 20, ms, after 5 that warm up. */
function timed(work: () => number): { median: number; most: number; values: number } {
  const times: number[] = [];
  let values = 0;
  for (let time = 0; time < 25; time++) {
    const started = performance.now();
    values = work();
    if (time >= 5) times.push(performance.now() - started);
  }
  return { median: round(median(times), 1), most: round(Math.max(...times), 1), values };
}

const trace = (seen: Seen) => argumentOrigins(call, seen.look).length + outcomeOrigins(outcome, seen).length;

for (const size of [500, 2_000]) {
  const log = logOf(size);
  // First as after a start, when the whole log is read anew; then as a step later, with what was kept.
  const anew = timed(() => {
    const seen = new Seen();
    seen.add(log, 0);
    return trace(seen);
  });
  const kept = new Seen();
  kept.add(log, 0);
  const later = timed(() => {
    kept.add(step(kept.version, size), kept.version);
    return trace(kept);
  });
  const row = {
    workload: "origins",
    events: log.length,
    kilobytes: Math.round(log.reduce((sum, event) => sum + JSON.stringify(event).length, 0) / 1024),
    values: later.values,
    "ms a step later": later.median,
    "ms most": later.most,
    "ms anew": anew.median,
  };
  process.stdout.write(`${JSON.stringify(row)}\n`);
}
