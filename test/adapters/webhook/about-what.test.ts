/** What a delivery is about: its title, its facts, its matter; and paths of the configuration that lead nowhere. */
import { beforeEach, describe, expect, test } from "vitest";
import { type Condition, faultOfPath, holdsAll, valuesAt } from "../../../adapters/webhook/paths.ts";
import { questionWith } from "../../support/question.ts";
import { bench, clock, hook, secret } from "../../support/webhook/bench.ts";

const bearer = { authorization: `Bearer ${secret}` };
const start = clock.at;
beforeEach(() => {
  clock.at = start;
});

const alerts = (instance: string, more: object = {}) => ({
  groupKey: "g",
  status: "firing",
  alerts: [{ fingerprint: instance, status: "firing", labels: { alertname: "HighLatency", instance } }],
  ...more,
});

test("an alert's run is called by its alert, on the wire to the engine and not by its prompt", async () => {
  const b = await bench([hook({ verify: { kind: "alertmanager" } })]);
  await b.deliver("ci", JSON.stringify(alerts("api-3")), bearer);
  expect(b.inlet.launches[0]?.launch.title).toBe("HighLatency on api-3");
});

test.each([
  ["{service} is {state}", { service: "api", state: "down" }, "api is down"],
  ["{service} is {state}", { service: "api" }, undefined],
  ["{service}", { service: { name: "api" } }, undefined],
  ["{service}", { service: "a\nb\u202e<!channel>\u0007" }, "a b <!channel>"],
  ["{service}", { service: "$& $1" }, "$& $1"],
  ["{service}", { service: "x".repeat(500) }, "x".repeat(80)],
  ["build {n}", { n: 17 }, "build 17"],
])("the title %s of %j is %j", async (title, payload, expected) => {
  const b = await bench([hook({ verify: { kind: "bearer" }, title })]);
  await b.deliver("ci", JSON.stringify(payload), bearer);
  expect(b.inlet.launches[0]?.launch.title).toBe(expected);
});

test.each([
  [
    ["job", "status", "url", "more"],
    { job: "api/main", status: "FAILURE", url: "u", more: "m" },
    "ci: api/main, FAILURE, u",
  ],
  [["job", "steps", "status"], { job: "api\n<!here>", steps: [1] }, "ci: api <!here>"],
  [["job"], { other: 1 }, undefined],
  [[], { job: "api" }, undefined],
])(
  "without a title a run is called by the facts that its webhook picks: %j",
  async (fields, payload, expected) => {
    const b = await bench([hook({ verify: { kind: "bearer" }, fields })]);
    await b.deliver("ci", JSON.stringify(payload), bearer);
    expect(b.inlet.launches[0]?.launch.title).toBe(expected);
  },
);

describe("facts", () => {
  const payload = {
    ref: "release/2.1",
    labels: { "app.kubernetes.io/name": "api", tags: ["a", "b"] },
    alerts: [{ labels: { severity: "info" } }, { labels: { severity: "page" } }],
  };
  test.each<[Condition, boolean]>([
    [{ path: "alerts.*.labels.severity", in: ["page", "critical"] }, true],
    [{ path: "alerts.*.labels.severity", in: ["critical"] }, false],
    [{ path: "alerts.*.labels.severity", notIn: ["page"] }, false],
    [{ path: "alerts.*.labels.severity", notIn: ["critical"] }, true],
    [{ path: "labels.tags.*", in: ["b"] }, true],
    [{ path: "ref", startsWith: ["main", "release/"] }, true],
    [{ path: "ref", startsWith: ["elease"] }, false],
    [{ path: "labels", startsWith: [""] }, false],
    [{ path: "labels.app\\.kubernetes\\.io/name", in: ["api"] }, true],
    [{ path: "labels.app.kubernetes.io/name", in: ["api"] }, false],
    [{ path: "nothing", in: [null] }, true],
    [{ path: "nothing.*", notIn: ["x"] }, true],
  ])("%j holds: %s", (condition, holds) => {
    expect(holdsAll([condition], payload, new Headers())).toBe(holds);
  });

  test("a path reads own properties only", () => {
    expect(valuesAt(payload, new Headers(), "constructor.name")).toEqual([]);
    expect(valuesAt(payload, new Headers(), "alerts.length")).toEqual([]);
  });

  test.each(["", ".a", "a.", "a..b", " a", "header:", "header:x y"])("the path %j can't be", (path) => {
    expect(faultOfPath(path)).not.toBeNull();
  });
});

test("paths that no delivery had anything at are told after three, in the log and by the channel's health", async () => {
  const options = {
    filter: [{ path: "staus", notIn: ["x"] }],
    concurrencyKey: ["group.key"],
    fields: ["id"],
  };
  const b = await bench([hook({ verify: { kind: "bearer" }, ...options })]);
  const warnings = () => b.logged.filter(({ message }) => message === "webhook path never found");
  for (const id of [1, 2]) await b.deliver("ci", JSON.stringify({ id, status: "y" }), bearer);
  expect(warnings()).toEqual([]);
  expect(b.channel.health().detail).toBe("1 webhook");
  await b.deliver("ci", JSON.stringify({ id: 3, status: "y" }), bearer);
  expect(warnings().map(({ fields }) => fields)).toEqual([
    { webhook: "ci", warning: "filter: none of 3 deliveries had anything at staus" },
    { webhook: "ci", warning: "concurrencyKey: none of 3 deliveries had anything at group.key" },
  ]);
  expect(b.channel.health().ok).toBe(true);
  expect(b.channel.health().detail).toContain(
    "ci: concurrencyKey: none of 3 deliveries had anything at group.key",
  );
  // A mistyped key makes no one matter of everything.
  expect(b.inlet.launches).toHaveLength(3);
});

describe("a matter's run", () => {
  const alert = (id: number, more: object = {}) => JSON.stringify({ id, service: "api", ...more });
  async function waiting() {
    const b = await bench([
      hook({
        verify: { kind: "bearer" },
        concurrencyKey: ["service"],
        resolvedWhen: [{ path: "status", in: ["resolved"] }],
      }),
    ]);
    await b.deliver("ci", alert(1), bearer);
    return b;
  }
  const asks = (askedAt: number) => ({
    runId: "run_1",
    question: questionWith({ id: "q", text: "Shall I?" }),
    askedAt,
    settledAt: null,
  });

  test("takes further reports in while it works, and for an hour while it asks", async () => {
    const b = await waiting();
    await b.deliver("ci", alert(2), bearer);
    b.inlet.setRun("run_1", { status: "waiting_human_input" });
    b.inlet.addQuestion(asks(clock.at));
    clock.at += 3_600_000;
    await b.deliver("ci", alert(3), bearer);
    expect(b.inlet.launches).toHaveLength(1);
    expect(b.inlet.commands).toHaveLength(2);
  });

  test("that nobody has answered for more than an hour takes no more in: a run of its own starts", async () => {
    const b = await waiting();
    b.inlet.setRun("run_1", { status: "waiting_human_input" });
    b.inlet.addQuestion(asks(clock.at));
    clock.at += 3_600_001;
    await b.deliver("ci", alert(2), bearer);
    expect(b.inlet.launches).toHaveLength(2);
    expect(b.inlet.commands).toEqual([]);
    await b.deliver("ci", alert(3), bearer);
    expect(b.inlet.launches, "the new run takes over").toHaveLength(2);
  });

  test("at its step limit takes no more in, but hears that the matter is over", async () => {
    const b = await waiting();
    b.inlet.setRun("run_1", { status: "max_steps_reached" });
    await b.deliver("ci", alert(2, { status: "resolved" }), bearer);
    expect(b.inlet.commands.map(({ runId }) => runId)).toEqual(["run_1"]);
    await b.deliver("ci", alert(3), bearer);
    expect(b.inlet.launches).toHaveLength(2);
  });
});

test("a hello starts no run", async () => {
  const b = await bench([hook({ verify: { kind: "pagerduty" } }), hook({ name: "gh" })]);
  const { createHmac } = await import("node:crypto");
  const sign = (text: string) => createHmac("sha256", secret).update(text).digest("hex");
  const ping = JSON.stringify({ event: { id: "1", event_type: "pagey.ping" } });
  const zen = JSON.stringify({ zen: "Keep it logically awesome.", hook_id: 1 });
  const answers = [
    await b.deliver("ci", ping, { "x-pagerduty-signature": `v1=${sign(ping)}` }),
    await b.deliver("gh", zen, { "x-hub-signature-256": `sha256=${sign(zen)}`, "x-github-event": "ping" }),
  ];
  for (const answer of answers)
    expect([answer.status, await answer.json()]).toEqual([200, { ignored: "ping" }]);
  expect(b.inlet.launches).toEqual([]);
});

test("a NUL becomes the character that stands for one, and nothing else of the alert is lost", async () => {
  const b = await bench([hook({ verify: { kind: "bearer" }, fields: ["note"] })]);
  const answer = await b.deliver("ci", '{"note":"a\\u0000b","k\\u0000":"\\\\u0000"}', bearer);
  expect(answer.status).toBe(202);
  const text = b.inlet.launches[0]?.launch.context[0]?.text ?? "";
  expect(text).toContain('note: "a\ufffdb"');
  expect(text).toContain('"k\ufffd": "\\\\u0000"');
});
