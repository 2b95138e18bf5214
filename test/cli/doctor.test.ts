/** The doctor's command: wrong configurations are findings too, and nothing secret is printed. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { examine, freezeFinding, report } from "../../src/cli/doctor.ts";
import { healthHere, runFindings } from "../../src/cli/left-behind.ts";
import { type Config, ConfigError } from "../../src/config.ts";
import { broken, fine } from "../../src/core/ports/finding.ts";
import type { Health } from "../../src/http/wire/server.ts";

const config = {
  agents: [{ name: "default" }],
  databaseUrl: "postgres://belay:hunter2@db.example/belay",
  toolsOff: [{ names: ["prom_query"], reason: "set PROMETHEUS_URL to switch them on" }],
  freezes: [
    { name: "f", zone: "UTC", from: 0, until: 1, reason: null, tools: [], agents: [], approval: null },
  ],
  warnings: ["tokens.ci: secret missing"],
  model: { apiKey: null, baseUrl: null, model: "gpt-5", api: "responses" },
  connections: {},
  tools: [],
  toolServers: [],
  secrets: [],
  publicUrl: null,
} as unknown as Config;

const nothing = async () => [];

test("everything that is wrong with the configuration is a finding", async () => {
  const problems = ["PORT: must be a number", "SLACK_BOT_TOKEN: must be a bot token"];
  const load = () => Promise.reject(new ConfigError(problems));
  const findings = await examine(load, {}, nothing);
  expect(findings.map(({ ok, detail }) => [ok, detail])).toEqual(problems.map((problem) => [false, problem]));
});

test("warnings are findings, passwords are not printed, what is off says how to switch it on", async () => {
  const printed = report(await examine(async () => config, {}, nothing));
  expect(printed).toContain("✗ configuration: tokens.ci: secret missing");
  expect(printed).toContain("✓ configuration: tools: off: prom_query; set PROMETHEUS_URL");
  expect(printed).toContain("✓ freeze: f: is over; every tool");
  expect(printed).toContain("✓ Slack: off; docs/slack.md");
  expect(printed).toContain("✓ Discord: off");
  expect(printed).toContain("demo model");
  expect(printed).not.toContain("hunter2");
});

test("each freeze is named: when it holds, what it is about, and whether anything can be approved", () => {
  const times = { from: Date.parse("2026-11-27T00:00+01:00"), until: Date.parse("2026-11-30T09:00+01:00") };
  const rule = { reason: null, tools: [], agents: [], approval: null };
  const once = { name: "black friday", zone: "+01:00", ...times, ...rule };
  const about = "every tool that does more than read; nothing can be approved";
  const end = "30 Nov 2026, 09:00 UTC+01:00";
  expect(freezeFinding(once, times.from - 1)).toBe(
    `black friday: from 27 Nov 2026, 00:00 UTC+01:00 until ${end}; ${about}`,
  );
  expect(freezeFinding(once, times.from)).toBe(`black friday: holds until ${end}; ${about}`);
  expect(freezeFinding(once, times.until)).toBe(`black friday: is over; ${about}`);
  const nightly = { name: "night", zone: "Europe/Berlin", cron: "0 22 * * *", forMs: 8 * 3_600_000 };
  const some = {
    ...rule,
    tools: ["deploy"],
    agents: ["default"],
    approval: { by: [], count: 1, ownRequest: true },
  };
  expect(freezeFinding({ ...nightly, ...some }, times.from - 1)).toBe(
    "night: holds until 27 Nov 2026, 06:00 Europe/Berlin; deploy of default; takes an approval of its own",
  );
});

test("a finding is one line, and under it what to do", () => {
  expect(report([fine("a", "good"), broken("b", "bad", "mend it")])).toBe("✓ a: good\n✗ b: bad\n  → mend it");
});

test("runs that a change of the configuration left behind are named, with what to do", () => {
  const url = "http://127.0.0.1:3000";
  const of = (left_behind: Health["left_behind"]) =>
    runFindings({ url, health: { status: "ok", left_behind } });
  expect(runFindings({ url, health: null })).toMatchObject([
    { ok: true, detail: expect.stringContaining("no bot answers at http://127.0.0.1:3000;") },
  ]);
  expect(of([])).toMatchObject([{ ok: true }]);
  const left = Array.from({ length: 22 }, (_, n) => ({
    ...{ run: `run_${n}`, title: n === 0 ? "restart payments" : null, why: "its agent is gone" },
  }));
  const found = of(left);
  expect(found[0]).toMatchObject({ ok: false, detail: "restart payments (run_0): its agent is gone" });
  expect(found[1]).toMatchObject({ ok: false, detail: "run_1: its agent is gone" });
  expect(found.at(-1)).toMatchObject({ ok: false, detail: "and 2 more" });
  expect(found).toHaveLength(21);
});

test.each([
  [
    "a former release, which says less of its database",
    { status: "ok", database: { kind: "SQLite file", answers: true, ms: 0 }, left_behind: [] },
    /^no change of the configuration left one behind$/,
  ],
  ["one that does not know the token", { status: "ok" }, /^the bot at http:.* does not tell it here; /],
  ["another program", { hello: "world" }, /^no bot answers at http:/],
])("of a running bot it hears from %s", async (_who, answer, detail) => {
  const server = createServer((_, response) => response.end(JSON.stringify(answer)));
  server.listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const found = runFindings(await healthHere({ url: `http://127.0.0.1:${port}`, token: "t" }));
  expect(found).toMatchObject([{ ok: true, detail: expect.stringMatching(detail) }]);
});

test("a channel in which no rule lets anybody do anything is a finding", async () => {
  const connections = { slack: { open: () => Promise.reject(new Error("unused")), diagnose: nothing } };
  const lists = { launch: ["console:*"], read: [], answer: ["requester"], approve: [], control: [] };
  const of = async (change: object) => {
    const rights = { default: { ...lists, ...change } };
    const found = await examine(async () => ({ ...config, connections, rights }), {}, nothing);
    return found.find(({ check }) => check === "Slack rights");
  };
  expect(await of({})).toMatchObject({
    ok: false,
    detail: "no rule lets anybody in Slack do anything",
    fix: expect.stringMatching(/"slack:T1\/U1".*docs\/slack\.md/),
  });
  expect(await of({ approve: ["slack:T1/U1"] })).toMatchObject({
    ok: true,
    detail: expect.stringContaining("nobody"),
  });
  expect(await of({ launch: ["*"] })).toMatchObject({ ok: true, detail: "people in Slack may start runs" });
});
