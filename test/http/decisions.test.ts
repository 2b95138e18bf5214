/** The audit trail page by page: nothing scrolls out because much was decided after it. */
import { expect, test } from "vitest";
import { cursorOf } from "../../src/http/view/cursor.ts";
import type { ApprovalList, RefusalList } from "../../src/http/wire/server.ts";
import type { ToolServerList } from "../../src/http/wire/tool-servers.ts";
import { expectProblem } from "../support/http/problem.ts";
import { bench } from "../support/http/server.ts";

const by = { principal: "console:local", decision: "allowed", rule: "owner" } as const;

test("decisions and refusals come in pages, and an acceptance is found behind hundreds of decisions", async () => {
  using b = await bench();
  const { store } = b.engine;
  const resource = "work 3f2a";
  await store.audit({ ...by, at: 1, action: "accept_tools odd", resource });
  for (let at = 2; at < 252; at++) {
    await store.audit({ ...by, at, action: "approve deploy", resource: `run_${at}` });
    await store.audit({ ...by, at, action: "forget", resource: `run_${at}` });
    await store.audit({ ...by, at, action: "launch", resource: "agent:x", decision: "refused" });
  }
  const read = async <T>(path: string) => (await (await b.call("GET", path)).json()) as T;
  const first = await read<ApprovalList>("/approvals");
  expect(first.approvals).toHaveLength(200);
  expect(first.approvals[0]).toMatchObject({ at: 251, tool: "deploy", run_id: "run_251" });
  const rest = await read<ApprovalList>(`/approvals?cursor=${first.next}`);
  expect(rest.approvals.map(({ at }) => at)).toEqual(Array.from({ length: 50 }, (_, nth) => 51 - nth));
  expect(rest.next).toBeNull();
  const refused = await read<RefusalList>("/refusals?limit=249");
  const last = await read<RefusalList>(`/refusals?limit=249&cursor=${refused.next}`);
  expect(last).toMatchObject({ refusals: [{ at: 2 }], next: null });
  expect((await read<ToolServerList>("/tool-servers")).acceptances).toMatchObject([
    { server: "odd", what: resource, written: true },
  ]);
  const ofRuns = cursorOf({ at: 251, id: "run_251" });
  for (const cursor of ["x", ofRuns]) {
    await expectProblem(await b.call("GET", `/approvals?cursor=${cursor}`), 422, "validation_failed");
  }
});

test("who never started a run is called as they were when they decided, else as their newest run has it", async () => {
  using b = await bench();
  const { store } = b.engine;
  const dana = { ...by, principal: "slack:T1/U1" };
  const erin = { ...by, principal: "slack:T1/U2" };
  await store.audit({ ...dana, name: "dana", at: 1, action: "approve deploy", resource: "run_1" });
  await store.audit({ ...dana, name: "dana the second", at: 2, action: "refuse deploy", resource: "run_1" });
  // As a former release writes it.
  await store.audit({ ...dana, at: 3, action: "approve deploy", resource: "run_1" });
  await store.audit({ ...erin, at: 4, action: "approve deploy", resource: "run_1" });
  const launcher = { ...dana, principal: "token:launcher", decision: "refused" } as const;
  await b.launch("work", "launcher");
  await store.audit({ ...launcher, name: "an old name", at: 5, action: "launch", resource: "agent:x" });
  const read = async <T>(path: string) => (await (await b.call("GET", path)).json()) as T;
  const { approvals } = await read<ApprovalList>("/approvals");
  const called = "dana the second";
  expect(approvals.map(({ name }) => name)).toEqual([null, called, called, called]);
  expect((await read<RefusalList>("/refusals")).refusals).toMatchObject([{ name: "launcher (token)" }]);
});

test("who is refused for lack of rights is kept with what they are called", async () => {
  using b = await bench();
  await b.call("POST", "/agent/launch", { as: "reader", json: { input_prompt: "work" } });
  expect(await b.engine.store.audits(1)).toMatchObject([
    { principal: "token:reader", name: "reader (token)" },
  ]);
});
