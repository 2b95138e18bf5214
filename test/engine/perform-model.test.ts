/** How long the model is asked again by itself, and when a person is asked instead. */
import { expect, test } from "vitest";
import type { EventBody } from "../../src/core/event.ts";
import { ModelError } from "../../src/core/ports/model.ts";
import type { Toolbox } from "../../src/core/ports/toolbox.ts";
import { performCallModel } from "../../src/engine/perform/model.ts";
import type { Work } from "../../src/engine/perform/work.ts";
import { given, type Story, say } from "../support/given.ts";
import { scripted } from "../support/model/scripted.ts";

/** What is recorded when the model gives this error. */
async function failing({ state, policy, effect }: Story, error: ModelError): Promise<readonly EventBody[]> {
  let recorded: readonly EventBody[] = [];
  const on: Work = {
    runId: state.runId,
    epoch: 1,
    state,
    policy,
    record: async ({ propose }) => {
      const admission = propose(state, policy);
      recorded = admission.ok ? admission.events : [];
      return { type: "recorded", state, effect, events: recorded.length, released: false };
    },
    model: scripted(error),
    toolbox: {} as Toolbox,
    clock: { now: () => 0 },
    rng: () => 0.5,
    signal: new AbortController().signal,
    loadState: async () => state,
    loadRow: async () => null,
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
