/** Both packs against a real Prometheus and a real Alertmanager, on a shop that fails. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { alertmanager, prometheus } from "../../../adapters/prometheus/tools.ts";
import { prometheusVerify } from "../../../adapters/prometheus/verify.ts";
import { fine } from "../../../src/core/ports/finding.ts";
import type { CallOutcome } from "../../../src/core/ports/toolbox.ts";
import { createToolbox } from "../../../src/tools/toolbox.ts";
import { diagnosed } from "../../support/diagnosed.ts";
import { hasPrometheus, type Monitoring, startMonitoring } from "../../support/monitoring/servers.ts";

const isThere = hasPrometheus();
const test = it.skipIf(!isThere);
let world: Monitoring;
let toolbox: ReturnType<typeof createToolbox>;
const context = { runId: "r1", callId: "c1", key: "r1:c1", epoch: 1, signal: new AbortController().signal };

beforeAll(async () => {
  if (!isThere) return;
  world = await startMonitoring({ url: "http://127.0.0.1:9/nobody", token: "unused-unused-unused" });
  const tools = [
    ...prometheus({ url: world.prometheusUrl }),
    ...alertmanager({ url: `${world.alertmanagerUrl}/` }),
  ];
  toolbox = createToolbox(tools, { redact: String });
  await world.breakShop();
});
afterAll(() => world?.stop());

async function run(tool: string, input: Record<string, unknown>, key = context.key): Promise<CallOutcome> {
  expect(toolbox.check(tool, JSON.stringify(input))).toEqual({ input });
  return toolbox.run(tool, input, { ...context, key });
}

/** The result of a call that worked. */
async function told(
  tool: string,
  input: Record<string, unknown>,
  key?: string,
): Promise<Record<string, unknown>> {
  const outcome = await run(tool, input, key);
  if (outcome.type !== "finished") throw new Error(`${tool}: ${JSON.stringify(outcome)}`);
  return outcome.output.startsWith("{") ? JSON.parse(outcome.output) : { text: outcome.output };
}

const eventually = { timeout: 30_000, interval: 200 };

describe("the doctor", () => {
  test("says that both answer, and what there is to see", async () => {
    const at = (url: string) => [...prometheus({ url: world.prometheusUrl }), ...alertmanager({ url })];
    // Its first scrape may be to come.
    await expect
      .poll(() => diagnosed(at(world.alertmanagerUrl)), eventually)
      .toEqual([
        fine("Prometheus", `answers at ${world.prometheusUrl}; 1 targets are up`),
        fine("Alertmanager", expect.stringMatching(/^0\.\d+\.\d+ at http:.*; its cluster is disabled$/)),
      ]);
    // Prometheus in Alertmanager's place: it answers, and is something else.
    expect((await diagnosed(at(world.prometheusUrl)))[1]).toMatchObject({
      ok: false,
      detail: expect.stringContaining("Alertmanager answered 404, and not as its API does"),
      fix: expect.stringContaining("ALERTMANAGER_URL"),
    });
  });
});

it("the doctor says so where nobody listens", async () => {
  expect(await diagnosed(prometheus({ url: "http://127.0.0.1:9" }))).toEqual([
    {
      ok: false,
      check: "Prometheus",
      detail:
        "Prometheus can't be reached: 127.0.0.1:9 gave no answer: nothing listens at this port (ECONNREFUSED)",
      fix: expect.stringContaining("PROMETHEUS_URL (http://127.0.0.1:9)"),
    },
  ]);
});

describe("a graph", () => {
  test("is a picture for people beside what prom_range tells", async () => {
    const input = { query: "shop_failing", start: "2m", end: null, title: "Failing", unit: null };
    const outcome = await run("prom_graph", input);
    if (outcome.type !== "finished") throw new Error(JSON.stringify(outcome));
    expect(JSON.parse(outcome.output)).toMatchObject({ query: "shop_failing", step_seconds: 1 });
    const [picture] = outcome.attachments ?? [];
    expect(picture).toMatchObject({ name: "graph.png", mediaType: "image/png" });
    expect(picture?.alt).toMatch(/^Failing, 20\S+ to 20\S+: [01] to 1, at last 1$/);
    expect(
      Buffer.from(picture?.bytes ?? [])
        .subarray(1, 4)
        .toString(),
    ).toBe("PNG");
  });

  test("of nothing is none: the model is told that no series matches", async () => {
    const input = { query: "no_such_metric", start: "2m", end: null, title: "Nothing", unit: null };
    const outcome = await run("prom_graph", input);
    expect(outcome).toMatchObject({ output: expect.stringContaining("no series matches") });
    expect(outcome).not.toHaveProperty("attachments");
  });
});

describe("looking", () => {
  test("finds the alert that fires, its rule, and the moment its metric changed", async () => {
    await expect
      .poll(() => told("firing_alerts", {}), eventually)
      .toEqual({
        text: expect.stringMatching(/^CheckoutFailing \{.*service=shop.*\} since 20\S+: Checkouts fail\.$/),
      });
    expect(await told("prom_alerts", { search: "checkout page" })).toMatchObject({
      alerts: [
        {
          state: "firing",
          labels: { alertname: "CheckoutFailing" },
          annotations: { summary: "Checkouts fail." },
        },
      ],
    });
    expect(await told("prom_rules", { search: "checkoutfailing" })).toMatchObject({
      rules: [{ group: "shop", query: "shop_failing > 0", state: "firing", for_seconds: 1 }],
    });
    // A window without a fault, and one in which it began.
    const range = await told("prom_range", { query: "shop_failing", start: "2m", end: null });
    expect(range).toMatchObject({ step_seconds: 1, series: [{ last: 1, max: { value: 1 } }] });
    expect(await told("prom_query", { query: "shop_failing", time: null })).toMatchObject({
      series: [{ value: 1, labels: { job: "shop" } }],
    });
    expect(await told("prom_query", { query: "1 / 0", time: null })).toMatchObject({ value: "+Inf" });
  });

  test("finds metrics by words, labels by metric, and says what there is none of", async () => {
    await expect
      .poll(() => told("prom_metrics", { search: "requests shop" }), eventually)
      .toEqual({
        metrics: [{ name: "shop_requests_total", type: "counter", help: "Requests by outcome." }],
      });
    const labels = { metric: "shop_requests_total", label: null, search: null };
    expect(await told("prom_labels", labels)).toEqual({ labels: ["__name__", "instance", "job", "outcome"] });
    const values = { metric: "shop_requests_total", label: "outcome", search: null };
    expect(await told("prom_labels", values)).toEqual({ values: ["error", "ok"] });
    expect(await told("prom_metrics", { search: "nosuch" })).toMatchObject({
      notice: expect.stringMatching(/^none of \d+ metrics has these words/),
    });
    expect(await told("prom_query", { query: "nosuch", time: null })).toMatchObject({
      series: [],
      notice: expect.stringContaining("that is not zero"),
    });
  });

  test.each([
    [
      "prom_query",
      { query: "sum(", time: null },
      /refused \(400, bad_data\).*parse error.*Next: correct the query/,
    ],
    ["prom_query", { query: "up[1m]", time: null }, /wrap it, e\.g\. rate/],
    ["prom_range", { query: "up", start: "1h", end: "2h" }, /is not before end/],
    ["prom_range", { query: "up[1m]", start: "1h", end: null }, /bad_data.*Next/],
    ["am_expire_silence", { id: "00000000-0000-4000-8000-000000000000" }, /^Alertmanager refused \(404/],
  ])("%s tells the model what to do next: %j", async (tool, input, words) => {
    expect(await run(tool, input)).toMatchObject({ type: "failed", message: expect.stringMatching(words) });
  });
});

describe("a silence", () => {
  const input = { matchers: ['alertname="CheckoutFailing"'], minutes: 10, comment: "Being mended." };

  test("is made once for a call, however often it is run, is seen, and can be ended", async () => {
    await expect
      .poll(() => told("am_alerts", { search: "checkoutfailing" }), eventually)
      .toMatchObject({
        alerts: [{ state: "active" }],
      });
    const preview = await toolbox.preview("am_silence", input, context);
    expect(preview).toMatch(
      /^Quiet for 10 minutes; of the alerts that fire now, 1 would be silenced:\n.*CheckoutFailing/,
    );

    const outcome = await run("am_silence", input);
    const { silence_id: id } = await told("am_silence", input);
    expect(outcome).toMatchObject({ type: "finished", undo: { tool: "am_expire_silence", input: { id } } });
    const standing = await told("am_silences", { expired: false });
    expect(standing.silences).toMatchObject([
      {
        id,
        state: "active",
        silences: 'alertname="CheckoutFailing"',
        by: "belay",
        comment: "Being mended. [belay r1:c1]",
      },
    ]);
    await expect
      .poll(() => told("am_alerts", { search: "checkoutfailing" }), eventually)
      .toMatchObject({
        alerts: [{ state: "suppressed", silenced_by: [{ id, by: "belay" }] }],
      });
    // Another call makes another.
    const { silence_id: second } = await told("am_silence", input, "r1:c2");
    expect(second).not.toBe(id);

    expect(await told("am_expire_silence", { id })).toEqual({
      text: 'ended: alertname="CheckoutFailing", made by belay',
    });
    expect(await told("am_expire_silence", { id })).toEqual({
      text: expect.stringMatching(/^it had ended before/),
    });
    expect(await told("am_silences", { expired: false })).toMatchObject({ silences: [{ id: second }] });
    // The same call again does not bring back what people have ended.
    expect(await told("am_silence", input)).toMatchObject({ silence_id: id, state: "expired" });
  });
});

describe("did it help?", () => {
  const watch = (query: string) =>
    prometheusVerify({
      url: world.prometheusUrl,
      query,
      better: (value) => value === 0,
      worse: (value) => value > 10,
      window: "5m",
    });
  const check = (query: string) => watch(query).check({}, "", context);

  test("a value says it; none, and several, are not known", async () => {
    await expect
      .poll(() => check("max(shop_failing)"), eventually)
      .toEqual({
        verdict: "not_yet",
        words: "max(shop_failing) is 1",
      });
    expect(await check("max(shop_failing) - 1")).toMatchObject({ verdict: "better" });
    expect(await check("max(shop_failing) + 10")).toMatchObject({ verdict: "worse" });
    expect(await check("vector(0)")).toEqual({ verdict: "better", words: "vector(0) is 0; 5m ago it was 0" });
    await expect(check("nosuch")).rejects.toThrow("nosuch has no value now");
    await expect(check("shop_requests_total")).rejects.toThrow(/gives 2 values; make it one/);
    expect(watch("up")).toMatchObject({ withinMs: 300_000, everyMs: 15_000 });
  });
});
