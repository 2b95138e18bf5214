/** The list of runs: its filters, its search and its pages. */
import { expect, test } from "vitest";
import type { RunState } from "../../src/http/wire/runs.ts";
import { expectProblem } from "../support/http/problem.ts";
import { asks, bench, wantsRestart } from "../support/http/server.ts";

test("the list of runs filters, searches and pages", async () => {
  using b = await bench();
  const ids: string[] = [];
  for (const task of ["Alpha", "Beta", "Gamma", "Delta"]) {
    b.clock.time += 1000;
    ids.unshift((await b.launch(task)).id);
  }
  await b.engine.happen(ids[3] ?? "", asks("Which?"));
  const list = async (query: string) =>
    (await (await b.call("GET", `/agent/runs?${query}`)).json()) as { runs: RunState[]; next: string | null };
  const names = async (query: string) => (await list(query)).runs.map((run) => run.task);
  expect(await names("")).toEqual(["Delta", "Gamma", "Beta", "Alpha"]);
  expect(await names("text=LPH")).toEqual(["Alpha"]);
  expect(await names("asking=true")).toEqual(["Alpha"]);
  expect(await names("status=waiting_human_input,paused")).toEqual(["Alpha"]);
  expect(await names("agent=secret")).toEqual([]);
  expect(await names("principal=token:admin&limit=1")).toEqual(["Delta"]);
  const first = await list("limit=3");
  expect(first.next).not.toBeNull();
  expect(await names(`limit=3&cursor=${first.next}`)).toEqual(["Alpha"]);
  expect((await list("limit=4")).next).toBeNull();
});

test("the list of runs is narrowed by a tool and by the outcome, page by page", async () => {
  using b = await bench();
  const answered = async (task: string, answer: string) => {
    b.clock.time += 1000;
    const { id } = await b.launch(task);
    await b.engine.happen(id, { type: "completed", answer });
    return id;
  };
  const green = await answered("Alpha", "All GREEN again");
  for (let i = 0; i < 5; i++) await answered(`Beta ${i}`, "nothing to do");
  b.clock.time += 1000;
  const { id } = await b.launch("Gamma");
  await b.engine.happen(id, wantsRestart());
  const list = async (query: string) =>
    (await (await b.call("GET", `/agent/runs?${query}`)).json()) as { runs: RunState[]; next: string | null };
  const ids = async (query: string) => (await list(query)).runs.map((run) => run.id);
  expect(await ids("tool=restart_service")).toEqual([id]);
  expect(await ids("tool=restart")).toEqual([]);
  // The one that fits is behind many that don't, and more than one page of them is looked through.
  expect(await ids("outcome=green&limit=2")).toEqual([green]);
  expect(await ids("outcome=green&tool=restart_service")).toEqual([]);
  await expectProblem(await b.call("GET", "/agent/runs?tool="), 422, "validation_failed");
});
