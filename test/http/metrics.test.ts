/** What /metrics tells Prometheus: the real one reads it as the docs set it up, and its rules find their numbers. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Channel } from "../../src/core/ports/channel.ts";
import { StoreError } from "../../src/core/ports/store-error.ts";
import { serve } from "../../src/http/serve.ts";
import { metricsText } from "../../src/http/view/metrics.ts";
import { muteChannel } from "../support/channel.ts";
import { runProgram } from "../support/child.ts";
import { askingRun, type Bench, bench } from "../support/http/server.ts";
import { hasPrometheus, startPrometheus } from "../support/monitoring/servers.ts";

function channel(name: string, ok: boolean): Channel {
  return muteChannel({
    name,
    can: { edit: false, buttons: false, maxText: 1000, minIntervalMs: 0 },
    post: async () => ({ remoteId: "1" }),
    health: () => ({ ok, detail: "" }),
  });
}

async function metricsOf(b: Bench): Promise<string> {
  const answer = await b.call("GET", "/metrics");
  expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  return answer.text();
}

test("tells what /health tells, a line each, and what waits for people", async () => {
  using b = await bench({}, [channel("slack", true), channel("discord", false)]);
  await b.launch();
  await askingRun(b);
  const text = await metricsOf(b);
  for (const line of [
    'belay_status{status="ok"} 0',
    'belay_status{status="degraded"} 1',
    "belay_database_up 1",
    "belay_database_full 0",
    'belay_channel_up{channel="slack"} 1',
    'belay_channel_up{channel="discord"} 0',
    'belay_runs{status="running"} 1',
    "belay_questions_open 1",
    `belay_question_oldest_timestamp_seconds ${b.clock.now() / 1000}`,
    "belay_posts_given_up 0",
  ])
    expect(text.split("\n")).toContain(line);
  expect(text).not.toContain("belay_post_oldest_timestamp_seconds");
});

test("leaves out what a database that is away can't tell, and is answered all the same", async () => {
  using b = await bench();
  await b.launch();
  b.engine.store.outboxHealth = async () => {
    throw new StoreError("storage_busy", "PostgreSQL is not available");
  };
  const text = await metricsOf(b);
  expect(text).toContain('belay_status{status="down"} 1\n');
  expect(text).toContain("belay_database_up 0\n");
  expect(text).not.toMatch(/^belay_(runs\{|questions|posts)/m);
});

test.each([
  ["is full", { fullSince: 5, refusedSince: null }, [1, 0]],
  ["can't be written", { fullSince: null, refusedSince: 5 }, [0, 1]],
] as const)("tells that the storage %s while the database answers", async (_how, seen, [full, refused]) => {
  using b = await bench();
  b.engine.refusedWrites = seen;
  const text = await metricsOf(b);
  expect(text).toContain("belay_database_up 1\n");
  expect(text).toContain(`belay_database_full ${full}\n`);
  expect(text).toContain(`belay_database_refused ${refused}\n`);
});

test("tells since when the oldest question waits, also where that one can't be read", async () => {
  using b = await bench();
  await askingRun(b);
  const { openQuestions } = b.engine.store;
  b.engine.store.openQuestions = async (page) => {
    const { rows, next } = await openQuestions(page);
    const unreadable = rows.map(({ runId, askedAt }) => ({
      questionId: "q1",
      runId,
      askedAt,
      why: "damaged",
    }));
    return { rows: [], unreadable, next };
  };
  expect(await metricsOf(b)).toContain(`belay_question_oldest_timestamp_seconds ${b.clock.now() / 1000}\n`);
});

test.each(["runs", "countOpenQuestions", "openQuestions"] as const)(
  "is answered when the database goes away before it tells of %s",
  async (method) => {
    using b = await bench();
    const away = () => Promise.reject(new StoreError("storage_busy", "PostgreSQL is not available"));
    Object.assign(b.engine.store, { [method]: away });
    const text = await metricsOf(b);
    expect(text).toMatch(/^belay_status\{status="(ok|down)"\} 1$/m);
    expect(text).not.toContain("belay_questions_open");
  },
);

test("writes labels so that none ends its own line", () => {
  const values = [{ labels: { model: 'a"b\\c\nd' }, value: 1 }];
  expect(metricsText([{ name: "belay_info", help: "1.", values }])).toContain(
    'belay_info{model="a\\"b\\\\c\\nd"} 1\n',
  );
});

test.skipIf(!hasPrometheus())(
  "is read by a real Prometheus with the example of the docs, rules and all",
  async () => {
    using b = await bench({}, [channel("discord", false)]);
    await askingRun(b);
    const listening = await serve(b.http, { host: "127.0.0.1", port: 0 });
    onTestFinished(() => listening.close(0));
    const folder = mkdtempSync(join(tmpdir(), "belay-metrics-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const example = (name: string) =>
      readFileSync(join(import.meta.dirname, "../../docs/examples", name), "utf8");
    writeFileSync(join(folder, "token"), "secret-reader");
    writeFileSync(join(folder, "belay.rules.yml"), example("belay.rules.yml"));
    writeFileSync(
      join(folder, "prometheus.yml"),
      `global: { scrape_interval: 1s, evaluation_interval: 1s }\n${example("prometheus.yml")
        .replace("/etc/prometheus/belay-token", join(folder, "token"))
        .replace("127.0.0.1:3000", `127.0.0.1:${listening.port}`)}`,
    );
    const prometheus = await startPrometheus(join(folder, "prometheus.yml"), join(folder, "tsdb"));
    onTestFinished(() => prometheus.stop());
    const alerts = async () => {
      const answer = await fetch(`${prometheus.url}/api/v1/alerts`);
      const { data } = (await answer.json()) as { data: { alerts: { labels: { alertname: string } }[] } };
      return data.alerts.map(({ labels }) => labels.alertname).sort();
    };
    // The test's clock stands long ago, so that the question has waited for years.
    await expect.poll(alerts).toEqual(["BelayDegraded", "BelayNobodyAnswers"]);
  },
);

test.skipIf(!hasPrometheus())("each alert of the example fires, and stops when its cause is gone", () => {
  const folder = mkdtempSync(join(tmpdir(), "belay-rules-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  // A sample a minute. Trouble from the fifth to the thirtieth; what was given up stays counted for a day.
  const between = (well: string, trouble: string) => `${well}x5 ${trouble}x25 ${well}x180`;
  const input_series = Object.entries({
    'up{job="belay"}': between("1", "0"),
    'belay_channel_up{channel="slack"}': between("1", "0"),
    'belay_status{status="degraded"}': "0x5 1x200",
    belay_database_full: "0x170 1x15 0x40",
    belay_database_refused: "0x205 1x15 0x40",
    belay_post_oldest_timestamp_seconds: between("_", "0"),
    belay_posts_given_up: "0x100 1x100",
    belay_question_oldest_timestamp_seconds: "0x100 _x100",
  }).map(([series, values]) => ({ series, values }));
  const file = join(folder, "tests.yml");
  const rules = join(import.meta.dirname, "../../docs/examples/belay.rules.yml");
  const told = Object.entries({
    "3m": [],
    "25m": ["BelayDown", "BelayDegraded", "BelayUndelivered"],
    "90m": ["BelayNobodyAnswers"],
    "110m": ["BelayUndelivered"],
    "180m": ["BelayDown"],
    "200m": [],
    "215m": ["BelayDown"],
  }).map(([eval_time, names]) => ({
    expr: `count by (alertname) (ALERTS{alertstate="firing"})`,
    eval_time,
    exp_samples: names.map((name) => ({ labels: `{alertname="${name}"}`, value: 1 })),
  }));
  const tests = [{ interval: "1m", input_series, promql_expr_test: told }];
  writeFileSync(file, JSON.stringify({ rule_files: [rules], evaluation_interval: "1m", tests }));
  expect(runProgram("promtool", ["test", "rules", file])).toMatchObject({
    status: 0,
    output: expect.stringContaining("SUCCESS"),
  });
});
