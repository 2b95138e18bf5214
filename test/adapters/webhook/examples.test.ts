/** The examples of docs/webhooks.md work as they stand: the configuration, and the scripts against a real server. */
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { afterEach, expect, test } from "vitest";
import { alertmanager, build, githubFailure } from "../../../docs/examples/webhooks.ts";
import { webhookSchema } from "../../../src/config/triggers.ts";
import { startProgram } from "../../support/child.ts";
import { type Bench, bench, secret, signed } from "../../support/webhook/bench.ts";

const root = new URL("../../../", import.meta.url);
const fixture = (name: string) =>
  readFileSync(new URL(`../../fixtures/webhook/${name}.json`, import.meta.url), "utf8");
const servers: { close(): unknown }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** The examples as the configuration reads them, with their prompt files. */
async function exampleBench(): Promise<Bench> {
  const hooks = [githubFailure, alertmanager, build].map((example) => {
    const hook = webhookSchema.parse(example);
    return { ...hook, prompt: readFileSync(new URL(hook.prompt, root), "utf8") };
  });
  const secrets = { GITHUB_WEBHOOK_SECRET: secret, ALERTS_TOKEN: secret, BUILD_TOKEN: secret };
  return bench(hooks, { secrets });
}

test("GitHub's failed workflow and Alertmanager's alert start their runs", async () => {
  const b = await exampleBench();
  const payload = fixture("github-workflow-run-failed");
  const github = await b.deliver("github", payload, signed(payload, { "x-github-event": "workflow_run" }));
  expect(github.status).toBe(202);
  const alerts = await b.deliver("alerts", fixture("alertmanager-firing"), {
    authorization: `Bearer ${secret}`,
  });
  expect(alerts.status).toBe(202);
  expect(b.inlet.launches.map(({ launch }) => launch.task.split("\n")[0])).toEqual([
    "A workflow run on GitHub has failed. Find out why, and say what to do about it.",
    "An alert is firing. Find out what is wrong, and how urgent it is.",
  ]);
});

test("report-build.sh reports, and reporting again is the same delivery", async () => {
  const b = await exampleBench();
  const server = serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) => (await b.channel.handle(request)) ?? new Response(null, { status: 404 }),
  }) as Server;
  servers.push(server);
  await new Promise((ready) => server.once("listening", ready));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const report = () =>
    startProgram("sh", ["docs/examples/report-build.sh", "api", "FAILURE", "https://ci.example.com/17"], {
      env: { ...process.env, BELAY_URL: url, BUILD_TOKEN: secret },
    }).succeeded();
  expect(JSON.parse(await report())).toEqual({ run_id: "run_1" });
  expect(JSON.parse(await report())).toEqual({ duplicate: true, run_id: "run_1" });
});

test("launch-and-wait.sh waits for the outcome, and fails when the run does", async () => {
  const statuses = ["running", "waiting_human_input", "complete", "failed"];
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers["idempotency-key"] ?? ""}`.trim());
    const status = request.method === "POST" ? "running" : statuses.shift();
    response.end(
      JSON.stringify({ id: "run_7", status, final_answer: status === "complete" ? "42" : null, error: "no" }),
    );
  });
  servers.push(server);
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const env = {
    ...process.env,
    BELAY_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    BELAY_TOKEN: "t",
    BELAY_POLL_SECONDS: "0",
  };
  const launch = () =>
    startProgram("sh", ["docs/examples/launch-and-wait.sh", 'say "hi"', "key-1"], { env }).ended;
  const done = await launch();
  expect(done).toMatchObject({ code: 0, output: "42\n" });
  expect(done.errors).toContain("waiting for a person");
  expect(asked.slice(0, 2)).toEqual(["POST /agent/launch key-1", "GET /agent/state/run_7"]);
  expect(await launch()).toMatchObject({ code: 1 });
});
