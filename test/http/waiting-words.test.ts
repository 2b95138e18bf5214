/** What a run waits for, in every list that shows it: an approval is no answer. */
import { expect, test } from "vitest";
import type { Inbound } from "../../src/core/ports/inbound.ts";
import { listed } from "../../src/engine/find-run.ts";
import type { RunList, RunState } from "../../src/http/wire/runs.ts";
import { sentEvents } from "../support/http/events.ts";
import { approvalAsked, asks, type Bench, bench, wantsRestart } from "../support/http/server.ts";

async function waiting(b: Bench): Promise<{ approval: string; answer: string }> {
  const { id: answer } = await b.launch("Which region?");
  await b.engine.happen(answer, asks("Which?"));
  b.clock.time += 1000;
  const { id: approval } = await b.launch("Restart payments");
  await b.engine.happen(approval, wantsRestart());
  const run = (await (await b.call("GET", `/agent/state/${approval}`)).json()) as RunState;
  await b.engine.happen(approval, approvalAsked(run));
  return { approval, answer };
}

test("the list of runs says which of them wait for an approval, and so does the stream of all", async () => {
  using b = await bench();
  await using stream = sentEvents(await b.call("GET", "/agent/stream"));
  const { approval, answer } = await waiting(b);
  const { runs } = (await (await b.call("GET", "/agent/runs")).json()) as RunList;
  expect(runs).toMatchObject([
    { id: approval, status: "waiting_human_input", for_approval: true },
    { id: answer, status: "waiting_human_input", for_approval: false },
  ]);
  const told = { id: approval, status: "waiting_human_input", for_approval: true };
  await expect.poll(async () => (await stream.next())?.data).toMatchObject(told);
});

test("the words of list in a chat do too", async () => {
  using b = await bench();
  const { approval, answer } = await waiting(b);
  const inbound: Inbound = {
    key: "k",
    actor: { principal: "token:admin", name: "admin", groups: [], guest: false, kind: "person" },
    channel: "slack",
    address: null,
    intent: { type: "instruction", text: "list" },
    replyTo: {},
    context: [],
  };
  expect((await listed(b.engine, inbound)).split("\n")).toEqual([
    `${approval} · Restart payments · waiting for approval`,
    `${answer} · Which region? · waiting for an answer`,
  ]);
});
