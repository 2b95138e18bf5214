/** Plays an incident on the real Prometheus and Alertmanager without a bot, and writes down what they say in each phase. */
import { execFile } from "node:child_process";
import { createServer, type Server } from "node:http";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { addressOf } from "./address.ts";
import {
  earlier,
  keyOf,
  type Phase,
  type PhaseName,
  type Question,
  questions,
  type Recording,
} from "./recording.ts";
import { openStage, type Stage } from "./stage.ts";

/**
 * `path`: the folders of programs. `shownMs`: so much of each phase is on its curves. Rejects where one of the two
 * programs is missing.
 */
export async function recordIncident(path: string, shownMs: number): Promise<Recording> {
  const told = await listenForAlerts();
  try {
    const stage = await openStage({ url: told.url, token: "a token of the recorder" }, path);
    try {
      if (stage.recordedOn !== null)
        throw new Error("only the real Prometheus and Alertmanager can be recorded");
      return await recorded(stage, told.next, shownMs);
    } finally {
      await stage.stop();
    }
  } finally {
    told.server.closeAllConnections();
    told.server.close();
  }
}

async function recorded(stage: Stage, next: () => Promise<string>, shownMs: number): Promise<Recording> {
  const {
    PROMETHEUS_URL: prometheus = "",
    ALERTMANAGER_URL: alertmanager = "",
    SHOP_PID_FILE: pidFile = "",
  } = stage.variables;
  // Prometheus answers with 503 until it is ready, and with no value until it has looked for the first time.
  const isWell = () =>
    ask(prometheus, { path: "/api/v1/query", query: "shop_failing", ago: 0 }).catch(() => "");
  const untilWell = async () => {
    while (!(await isWell()).includes('"0"')) await wait(200);
  };
  const phaseOf = async (told: string | null): Promise<Phase> => {
    await wait(shownMs);
    const at = Math.round(Date.now() / 1000);
    const answers: Record<string, string> = {};
    for (const question of questions) {
      const server = question.path.startsWith("/api/v2/") ? alertmanager : prometheus;
      answers[keyOf(question)] = await ask(server, question);
    }
    return { at, answers, told };
  };
  await untilWell();
  const well = await phaseOf(null);
  await stage.breakShop();
  const failing = await phaseOf(await next());
  await promisify(execFile)(process.execPath, [join(import.meta.dirname, "restart.ts"), pidFile]);
  const resolved = await next();
  // While the shop restarts there is no value, and the alert is over as well.
  await untilWell();
  const restarted = await phaseOf(resolved);
  const found: Record<PhaseName, Phase> = { well, failing, restarted };
  const version = async (server: string, path: string) =>
    /"version":"([^"]+)"/.exec(await ask(server, { path, ago: 0 }))?.[1];
  return scrubbed(
    {
      date: new Date(well.at * 1000).toISOString().slice(0, 10),
      prometheus: (await version(prometheus, "/api/v1/status/buildinfo")) ?? "not known",
      alertmanager: (await version(alertmanager, "/api/v2/status")) ?? "not known",
      phases: found,
    },
    stage,
  );
}

/** The body of the answer. */
async function ask(server: string, { path, query, ago }: Question): Promise<string> {
  const now = Date.now() / 1000;
  const url = new URL(`${server}${path}`);
  if (query !== undefined) url.searchParams.set("query", query);
  if (path.endsWith("/query")) url.searchParams.set("time", String(now - ago));
  if (path.endsWith("/query_range")) {
    for (const [name, value] of Object.entries({ start: now - earlier / 2, end: now, step: 1 }))
      url.searchParams.set(name, String(value));
  }
  const answer = await fetch(url);
  const body = await answer.text();
  if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}: ${body.slice(0, 300)}`);
  return body;
}

/** Nothing of this machine is left in it. */
function scrubbed(recording: Recording, { variables }: Stage): Recording {
  const { PROMETHEUS_URL = "", ALERTMANAGER_URL = "", SHOP_PORT, SHOP_PID_FILE = "" } = variables;
  const written = [
    [new URL(PROMETHEUS_URL).host, "127.0.0.1:9090"],
    [new URL(ALERTMANAGER_URL).host, "127.0.0.1:9093"],
    [`127.0.0.1:${SHOP_PORT}`, "127.0.0.1:8080"],
    [dirname(SHOP_PID_FILE), "/srv/demo"],
    // In the links of the alerts, with the port of Prometheus behind it.
    [`${hostname()}:${new URL(PROMETHEUS_URL).port}`, "127.0.0.1:9090"],
    [`${hostname()}:${new URL(ALERTMANAGER_URL).port}`, "127.0.0.1:9093"],
    [hostname(), "localhost"],
  ].reduce((text, [found = "", plain = ""]) => text.replaceAll(found, plain), JSON.stringify(recording));
  return JSON.parse(written);
}

/** Where Alertmanager tells of the alert. `next`: the body that comes next. */
async function listenForAlerts(): Promise<{ url: string; server: Server; next: () => Promise<string> }> {
  const came: string[] = [];
  let wake = () => {};
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const piece of request) body += piece;
    came.push(body);
    response.end();
    wake();
  });
  const url = await addressOf(server);
  const next = async () => {
    for (;;) {
      const body = came.shift();
      if (body !== undefined) return body;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { url, server, next };
}
