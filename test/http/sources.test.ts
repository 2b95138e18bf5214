/** What starts runs by itself, and the agents' prompts, as administrators see them. */
import { expect, test } from "vitest";
import { type Bench, bench, type TokenName } from "../support/http/server.ts";
import { launchOf } from "../support/launch.ts";

async function read<T>(b: Bench, path: string, as: TokenName = "admin"): Promise<T> {
  return (await (await b.call("GET", path, { as })).json()) as T;
}

/** As a webhook or a schedule launches, by its own principal. */
async function launchAs(b: Bench, principal: string): Promise<string> {
  const submitted = await b.engine.launch(
    "helper",
    launchOf({ actor: { principal, name: principal, groups: [], guest: false, kind: "machine" } }),
    null,
  );
  if (!submitted.ok) throw new Error(submitted.refusal.message);
  return submitted.runId;
}

test("a webhook is told with its public address and the newest run that it started", async () => {
  using local = await bench();
  const hook = { name: "ci", agent: "helper", path: "/webhooks/ci" };
  expect(await read(local, "/webhooks")).toEqual({ webhooks: [{ ...hook, url: null, last_run: null }] });
  using b = await bench({ publicUrl: "https://ops.example/belay/" });
  await launchAs(b, "webhook:ci");
  b.clock.time += 60_000;
  const id = await launchAs(b, "webhook:ci");
  const last_run = { id, at: b.clock.time, status: "running", for_approval: false };
  const url = "https://ops.example/belay/webhooks/ci";
  expect(await read(b, "/webhooks")).toEqual({ webhooks: [{ ...hook, url, last_run }] });
  // An administrator whom the agent's rights do not list may know that it is set up, not what it did.
  expect(await read(b, "/webhooks", "owner")).toEqual({ webhooks: [{ ...hook, url, last_run: null }] });
});

test("a schedule is told with its zone and its last run", async () => {
  const schedule = {
    name: "nightly",
    agent: "helper",
    cron: "0 3 * * *",
    timezone: "Europe/Berlin",
    task: "look",
    next_at: 1_700_000_100_000,
  };
  using b = await bench({ schedules: () => [schedule] });
  expect(await read(b, "/schedules")).toEqual({ schedules: [{ ...schedule, last_run: null }] });
  const id = await launchAs(b, "schedule:nightly");
  const last_run = { id, at: b.clock.time, status: "running", for_approval: false };
  expect(await read(b, "/schedules")).toEqual({ schedules: [{ ...schedule, last_run }] });
});

test("an agent's prompt is for administrators", async () => {
  using b = await bench();
  const promptFor = async (as: TokenName) => {
    const { agents } = await read<{ agents: { name: string; instructions: string | null }[] }>(
      b,
      "/agents",
      as,
    );
    return agents.find(({ name }) => name === "helper")?.instructions;
  };
  expect(await promptFor("admin")).toBe(b.engine.agents.find(({ name }) => name === "helper")?.instructions);
  expect(await promptFor("launcher")).toBeNull();
});
