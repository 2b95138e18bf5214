/** Recorded answers in the place of Prometheus and Alertmanager: they follow the real shop, and say no more than they hold. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { addressOf } from "../../../src/cli/incident/address.ts";
import {
  keyOf,
  phases,
  questions,
  type Recording,
  readRecording,
} from "../../../src/cli/incident/recording.ts";
import { startReplay } from "../../../src/cli/incident/replay.ts";
import { startChild } from "../../support/child.ts";
import { hasPrometheus } from "../../support/monitoring/servers.ts";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function listen(server: Server): Promise<string> {
  ends.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  return addressOf(server);
}

/** A shop whose answer is set; null: it hangs up. `looks`: resolves when it was looked at twice more. */
async function shopThatSays(first: string | null) {
  const shop = { says: first, looks: async () => {} };
  let asked = () => {};
  shop.looks = async () => {
    for (let look = 0; look < 2; look++)
      await new Promise<void>((resolve) => {
        asked = resolve;
      });
  };
  const server = createServer((request, response) => {
    asked();
    if (shop.says === null) request.destroy();
    else response.end(shop.says);
  });
  return { shop, url: await listen(server) };
}

/** Refuses the first delivery; what it took, in order. */
async function webhookThatFailsOnce() {
  const took: Record<string, unknown>[] = [];
  let came = Promise.withResolvers<void>();
  let asked = 0;
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const piece of request) body += piece;
    asked += 1;
    response.statusCode = asked === 1 ? 503 : 200;
    if (asked > 1) took.push(JSON.parse(body));
    response.end();
    came.resolve();
    came = Promise.withResolvers();
  });
  return { took, url: await listen(server), next: () => came.promise };
}

async function play(first: string | null, recording = readRecording()) {
  const { shop, url } = await shopThatSays(first);
  const webhook = await webhookThatFailsOnce();
  const replay = await startReplay(url, { url: webhook.url, token: "t" }, recording);
  ends.push(replay.stop);
  return { shop, webhook, url: replay.url };
}

const [well, failing] = ["shop_failing 0\n", "shop_failing 1\n"];

interface Answer {
  data: { result: { value: [number, string] }[] };
  error: string;
}
async function asked(url: string, params: Record<string, string>): Promise<Answer> {
  const answer = await fetch(`${url}/api/v1/query`, { method: "POST", body: new URLSearchParams(params) });
  const body: Answer = await answer.json();
  return body;
}
const failingBy = async (url: string) =>
  (await asked(url, { query: "max(shop_failing)" })).data.result[0]?.value[1];

test("the answers follow the shop: well, failing, restarted, and the same while it says nothing", async () => {
  const { shop, url } = await play(null);
  await shop.looks();
  expect(await failingBy(url)).toBe("0");
  shop.says = failing;
  await shop.looks();
  expect(await failingBy(url)).toBe("1");
  shop.says = null;
  await shop.looks();
  expect(await failingBy(url)).toBe("1");
  shop.says = well;
  await shop.looks();
  expect(await failingBy(url)).toBe("0");
});

test("they are of now, and of two minutes before there is none, as in the recorded incident", async () => {
  const { url } = await play(well);
  const now = Date.now() / 1000;
  const [
    {
      value: [at],
    } = { value: [0, ""] },
  ] = (await asked(url, { query: "up", time: String(now) })).data.result;
  expect(Math.abs(now - at)).toBeLessThan(30);
  expect((await asked(url, { query: "up", time: String(now - 120) })).data.result).toEqual([]);
});

test("what was not recorded is answered with an error that says what was", async () => {
  const { url } = await play(well);
  expect((await asked(url, { query: "rate(shop_requests_total[1m])" })).error).toMatch(
    /no recorded answer to this query; recorded are those to max\(shop_failing\), shop_failing/,
  );
  const silenced = await fetch(`${url}/api/v2/silence/1`, { method: "DELETE" });
  expect([silenced.status, await silenced.text()]).toEqual([
    422,
    expect.stringContaining("nothing can be changed"),
  ]);
});

test("an alert that the webhook did not take is told again, and its end once, with times of now", async () => {
  const { shop, webhook } = await play(failing);
  while (webhook.took.length < 1) await webhook.next();
  shop.says = well;
  while (webhook.took.length < 2) await webhook.next();
  expect(webhook.took.map(({ status }) => status)).toEqual(["firing", "resolved"]);
  const [{ alerts } = {}] = webhook.took;
  const [{ startsAt, endsAt }] = alerts as [{ startsAt: string; endsAt: string }];
  expect(Math.abs(Date.now() - Date.parse(startsAt))).toBeLessThan(60_000);
  expect(endsAt).toBe("0001-01-01T00:00:00Z");
});

test("times that were recorded in another zone are moved as well", async () => {
  const elsewhere = JSON.stringify(readRecording()).replaceAll(/(T[\d:.]+)Z/g, "$1+00:00");
  const { webhook } = await play(failing, JSON.parse(elsewhere));
  while (webhook.took.length < 1) await webhook.next();
  const [{ alerts } = {}] = webhook.took;
  const [{ startsAt }] = alerts as [{ startsAt: string }];
  expect(Math.abs(Date.now() - Date.parse(startsAt))).toBeLessThan(60_000);
});

test("what is no question is hung up on, and the next one is answered", async () => {
  const { url } = await play(well);
  await expect(fetch(`${url}//`)).rejects.toThrow("fetch failed");
  expect(await failingBy(url)).toBe("0");
});

/** Who fires and what is failing, by phase: what two recordings have in common. */
function gist({ phases: told }: Recording) {
  return phases.map((name) => {
    const { answers, told: body } = told[name];
    const value = /"value":\[[\d.]+,"(\d)"\]/.exec(answers["/api/v1/query max(shop_failing)"] ?? "")?.[1];
    const state = /"state":"(\w+)"/.exec(answers["/api/v1/rules"] ?? "")?.[1];
    return { name, keys: Object.keys(answers), value, state, status: body && JSON.parse(body).status };
  });
}

test("the recording is dated, whole, small, and holds nothing of the machine that it was made on", () => {
  const recording = readRecording();
  expect(recording.date).toMatch(/^20\d\d-\d\d-\d\d$/);
  const keys = questions.map(keyOf);
  expect(gist(recording)).toEqual([
    { name: "well", keys, value: "0", state: "inactive", status: null },
    { name: "failing", keys, value: "1", state: "firing", status: "firing" },
    { name: "restarted", keys, value: "0", state: "inactive", status: "resolved" },
  ]);
  const text = JSON.stringify(recording);
  expect(text.length).toBeLessThan(40_000);
  const places =
    text.match(/https?:\/\/[^\s"\\/]+|\d+\.\d+\.\d+\.\d+:\d+|\/(?:home|root|tmp|usr|var)\//g) ?? [];
  const known = /^(?:http:\/\/)?127\.0\.0\.1:(?:8080|9090|9093)$|^http:\/\/localhost:0$/;
  expect(places.filter((place) => !known.test(place))).toEqual([]);
});

test.skipIf(!hasPrometheus())(
  "the Prometheus and the Alertmanager of this machine say the same",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "belay-recording-"));
    ends.push(() => rmSync(folder, { recursive: true }));
    const file = join(folder, "recorded.json");
    const { code, errors } = await startChild("src/cli/record-incident.ts", [file, "0"]).ended;
    expect({ code, errors }).toEqual({ code: 0, errors: "" });
    expect(gist(JSON.parse(readFileSync(file, "utf8")))).toEqual(gist(readRecording()));
  },
);
