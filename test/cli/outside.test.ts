/** What the doctor finds out by asking: servers that take the key, refuse it, are silent or not there. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import { lookOutside } from "../../src/cli/outside.ts";
import { clock } from "../support/bot.ts";

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "belay-outside-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

function configOf(change: Partial<Parameters<typeof lookOutside>[0]>): Parameters<typeof lookOutside>[0] {
  const model = { apiKey: null, baseUrl: null, model: "m1", api: "chat" as const };
  return {
    model,
    agents: [],
    databaseUrl: join(folder(), "belay.db"),
    mail: null,
    channelValues: {},
    ...change,
  };
}

const agent = (model: string | null) =>
  [{ name: "default", model }] as unknown as ReturnType<typeof configOf>["agents"];

/** A server of models that knows one key. */
async function models(): Promise<string> {
  const server = createServer(({ url, headers }, response) => {
    const isKnown = headers.authorization === "Bearer right";
    response.setHeader("content-type", "application/json");
    if (!isKnown) response.statusCode = 401;
    else if (url === "/bare/models") response.statusCode = 404;
    const list = { object: "list", data: [{ id: "m1", object: "model" }] };
    response.end(JSON.stringify(response.statusCode === 200 ? list : { error: { message: "no" } }));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => void server.close());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
}

async function modelSays(apiKey: string, baseUrl: string, model: string | null = null) {
  const found = await lookOutside(
    configOf({ model: { apiKey, baseUrl, model: "m1", api: "chat" }, agents: agent(model) }),
  );
  return found
    .filter(({ check }) => check === "model")
    .map(({ ok, detail }) => `${ok ? "✓" : "✗"} ${detail}`);
}

test("the model's server is asked: a key that it refuses, and a model that it has not, are found", async () => {
  const url = await models();
  const host = new URL(url).host;
  expect(await modelSays("right", url)).toEqual([`✓ ${host} has m1`]);
  expect(await modelSays("right", url, "m2")).toEqual([`✗ ${host} lists no m2`]);
  expect(await modelSays("wrong", url)).toEqual([expect.stringMatching(/^✗ .*refused/)]);
  expect(await modelSays("right", `${url}/bare`)).toEqual([
    expect.stringContaining("it is not known whether"),
  ]);
  expect(await modelSays("right", "http://127.0.0.1:1/v1")).toEqual([
    expect.stringMatching(/^✗ .*127.0.0.1:1/),
  ]);
});

async function databaseSays(databaseUrl: string) {
  const found = await lookOutside(configOf({ databaseUrl }));
  return found.map(({ ok, detail }) => `${ok ? "✓" : "✗"} ${detail}`);
}

test("the database is opened, also beside a bot that has it open", async () => {
  const home = folder();
  const path = join(home, "belay.db");
  expect(await databaseSays(path)).toEqual([`✓ ${path} will be made at the first start`]);
  const store = await openSqlite({ path, clock });
  expect(await databaseSays(path)).toEqual([`✓ ${path} is sound`]);
  await store.close();
  expect(await databaseSays(home)).toEqual([`✗ ${home} is no file`]);
  writeFileSync(
    join(home, "no.db"),
    "this is no database, and it is long enough to be seen as none".repeat(20),
  );
  expect(await databaseSays(join(home, "no.db"))).toEqual([expect.stringMatching(/^✗ .*damaged/)]);
  expect(await databaseSays("postgres://belay:hunter2@127.0.0.1:1/belay")).toEqual([
    expect.stringMatching(/^✗ PostgreSQL can't be used: (?!.*hunter2)/),
  ]);
});

test("mail that nothing can answer, and a server for mail that is not there, are found", async () => {
  const mail = { from: "bot@example.com" } as unknown as ReturnType<typeof configOf>["mail"];
  const without = await lookOutside(configOf({ mail }));
  expect(without.filter(({ ok }) => !ok)).toMatchObject([
    { check: "SMTP_URL", detail: expect.stringContaining("not set") },
  ]);
  const gone = await lookOutside(
    configOf({ mail, channelValues: { SMTP_URL: "smtp://u:hunter2@127.0.0.1:1" } }),
  );
  const [finding] = gone.filter(({ ok }) => !ok);
  expect(finding?.detail).toMatch(/^127\.0\.0\.1:1 does not take mail: /);
  expect(JSON.stringify(gone)).not.toContain("hunter2");
});
