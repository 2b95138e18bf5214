/** How long the model is asked again by itself, and when a person is asked instead. */

import { type Logger, pino } from "pino";
import { expect, test } from "vitest";
import type { EventBody } from "../../src/core/event.ts";
import { ModelError } from "../../src/core/ports/model.ts";
import type { Toolbox } from "../../src/core/ports/toolbox.ts";
import { Looks } from "../../src/engine/perform/looks.ts";
import { performCallModel } from "../../src/engine/perform/model.ts";
import { ModelTroubles } from "../../src/engine/perform/model-troubles.ts";
import type { Work } from "../../src/engine/perform/work.ts";
import { clockOf } from "../support/clock.ts";
import { say } from "../support/core/commands.ts";
import { given, type Story } from "../support/given.ts";
import { scripted } from "../support/model/scripted.ts";

/** What is recorded when the model gives this error. */
async function failing(
  { state, policy, effect }: Story,
  error: ModelError,
  {
    log = pino({ level: "silent" }),
    troubles = new ModelTroubles(),
  }: { log?: Logger; troubles?: ModelTroubles } = {},
): Promise<readonly EventBody[]> {
  let recorded: readonly EventBody[] = [];
  const on: Work = {
    runId: state.runId,
    dueBy: 0,
    epoch: 1,
    state,
    policy,
    record: async ({ propose }) => {
      const admission = propose(state, policy);
      recorded = admission.ok ? admission.events : [];
      return { type: "recorded", state, effect, policy, events: recorded.length, released: false };
    },
    model: scripted(error),
    toolbox: { absence: () => null } as Partial<Toolbox> as Toolbox,
    clock: clockOf(() => 0),
    looks: new Looks(),
    rng: () => 0.5,
    lease: { isFresh: () => true, prove: async () => {} },
    log,
    troubles,
    signal: new AbortController().signal,
    loadState: async () => state,
    loadRow: async () => null,
    keep: async () => {},
    seen: async () => ({ look: () => [], named: () => [] }),
  };
  await performCallModel(on);
  return recorded;
}

const down = new ModelError("connection", "The connection to api failed.", { retryable: true });

test("an outage of some minutes passes by itself; a longer one asks a person, who may try afresh", async () => {
  let story = given();
  let waited = 0;
  let tries = 0;
  let last: readonly EventBody[] = [];
  while (last.length < 2 && tries < 20) {
    last = await failing(story, down);
    tries++;
    for (const event of last) if (event.type === "model_failed") waited += event.retryAt ?? 0;
    story = story.when([...last], ...(last.length < 2 ? [{ type: "woke" } as const] : []));
  }
  expect(tries).toBe(10);
  expect(waited).toBeGreaterThan(150_000);
  story.is("waiting_human_input");
  expect(last).toMatchObject([
    { type: "model_failed", code: "connection", retryAt: null },
    {
      type: "question_asked",
      question: {
        kind: "stuck",
        outage: { model: "scripted", code: "connection", reason: "The connection to api failed." },
        text: "The model is not available. The connection to api failed. I tried 10 times.",
        choices: [
          { value: "continue", label: "Try again" },
          { value: "stop", label: "Stop" },
        ],
        freeText: false,
      },
    },
  ]);
  const again = story.when(say("try again")).wants({ type: "call_model" });
  expect(await failing(again, down)).toMatchObject([{ type: "model_failed", retryAt: expect.any(Number) }]);
});

interface Line {
  level: number;
  msg: string;
  [field: string]: unknown;
}

function listening(): { log: Logger; lines: Line[] } {
  const lines: Line[] = [];
  const log = pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line) as Line) });
  return { log, lines };
}

test.each(["bad_request", "auth", "bad_answer", "overloaded"] as const)(
  "%s is one warning with run, code, attempt, reason and the provider's words",
  async (code) => {
    const { log, lines } = listening();
    const cause = new Error("400 req_1: Unknown parameter: 'x'.");
    const error = new ModelError(code, "It was rejected.", { retryable: code === "overloaded", cause });
    const story = given();
    const again = story.when({ type: "model_failed", code, message: "", retryAt: null });
    await failing(again, error, { log });
    const { runId: run } = story.state;
    expect(lines).toMatchObject([
      { level: 40, msg: "model failed", run, code, attempt: 2, reason: error.message, words: cause.message },
    ]);
  },
);

test("an answer in a shape that nobody can read asks a person, and is no end", async () => {
  const error = new ModelError("bad_answer", "The model's server sent calls that nobody can read.", {
    retryable: false,
  });
  const recorded = await failing(given(), error);
  expect(recorded.map(({ type }) => type)).toEqual(["model_failed", "question_asked"]);
});
