/** The outcome of a run with where its values come from, over the API. */
import { expect, test } from "vitest";
import { outcomeSchema } from "../../src/http/wire/events.ts";
import { approvingRun, bench, chose, stateOf } from "../support/http/server.ts";

async function outcomeOf(b: Awaited<ReturnType<typeof bench>>, id: string) {
  return outcomeSchema.parse(await (await b.call("GET", `/agent/runs/${id}/outcome`)).json());
}

test("each value with its place, its origin and the event that brought it; none before the end", async () => {
  using b = await bench();
  const { id } = await b.launch("Add 17 and 5");
  expect(await outcomeOf(b, id)).toEqual({ run_id: id, outcome: null, values: [] });
  await b.engine.happen(
    id,
    chose({ id: "c1", tool: "sum_numbers", input: { a: 17, b: 5 } }),
    { type: "call_started", callId: "c1", attempt: 1, key: "k" },
    { type: "call_finished", callId: "c1", output: "22", omitted: 0, ms: 1, untrusted: false },
    chose({ id: "c2", tool: "final_answer", input: { answer: "17 + 5 = 22, not 23." } }),
  );
  expect(await outcomeOf(b, id)).toEqual({
    run_id: id,
    outcome: "17 + 5 = 22, not 23.",
    values: [
      { value: "17", start: 0, standing: "known", words: "said by admin token", version: 1 },
      { value: "22", start: 9, standing: "known", words: "from sum_numbers", version: 4 },
      { value: "23", start: 17, standing: "nowhere", words: "seen nowhere", version: null },
    ],
  });
});

test("an approval says where its arguments come from", async () => {
  using b = await bench();
  const run = await approvingRun(b);
  expect((await stateOf(b, run.id)).questions[0]?.call).toMatchObject({
    tool: "restart_service",
    origins: [],
  });
});
