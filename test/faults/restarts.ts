/**
 * Restarts a whole bot again and again under signed deliveries of a sender that never repeats one, and counts what
 * became of each. By hand: node test/faults/restarts.ts --restarts 20 --rate 50; prints one line of JSON, exits
 * with 1 when one was lost.
 */
import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import { type Child, startChild } from "../support/child.ts";
import { freePort } from "../support/free-port.ts";

const secret = "correct horse battery staple";
const clock = { now: () => Date.now(), steady: () => performance.now() };

export interface RestartReport {
  restarts: number;
  sent: number;
  /** Nobody listened: the sender sees that, and nothing was promised. */
  withoutConnection: number;
  acknowledged: number;
  /** Got a connection and an answer that is no 2xx, as `503 draining`. */
  refused: string[];
  /**
   * The kernel took the connection and no answer came: at most one a restart, in the moment in
   * which the port is closed.
   */
  cut: string[];
  /** Acknowledged, but the store knows no such run. */
  lost: number;
}

type Became = { type: "acknowledged"; runId: string } | { type: "none" | "refused" | "cut"; why: string };

/** `rate`: deliveries a second. */
export async function restartLoop(restarts: number, rate: number): Promise<RestartReport> {
  const folder = mkdtempSync(join(tmpdir(), "belay-restarts-"));
  const path = join(folder, "belay.db");
  writeFileSync(join(folder, "belay.config.ts"), configuration);
  writeFileSync(join(folder, "ci.md"), "Look at this.\n");
  const port = await freePort();
  const begun: Child[] = [];
  const begin = async () => {
    const { PATH } = process.env;
    const place = {
      PATH,
      PORT: String(port),
      DATABASE_URL: path,
      BELAY_CONFIG: join(folder, "belay.config.ts"),
    };
    const env = { ...place, CI_SECRET: secret, BELAY_TOKEN: "token-of-this-loop", LOG_LEVEL: "error" };
    const child = startChild("src/cli/serve.ts", [], { env });
    begun.push(child);
    await child.says("Belay is ready");
    return child;
  };
  try {
    let bot = await begin();
    const sender = send(port, rate);
    for (let n = 0; n < restarts; n++) {
      await sender.more(Math.ceil(rate / 2));
      bot.process.kill("SIGTERM");
      const ended = await bot.ended;
      if (ended.code !== 0) throw bot.failure(ended, "did not stop cleanly");
      bot = await begin();
    }
    await sender.more(Math.ceil(rate / 2));
    const became = await sender.stop();
    bot.process.kill("SIGTERM");
    await bot.ended;
    return await count(restarts, path, became);
  } finally {
    await Promise.all(begun.map((child) => child.kill()));
    rmSync(folder, { recursive: true, force: true });
  }
}

const shipped = JSON.stringify(resolve(import.meta.dirname, "../../belay.config.ts"));
const configuration = `import shipped from ${shipped};
export default {
  ...shipped,
  webhooks: [{ name: "ci", verify: { kind: "github" }, secretEnv: "CI_SECRET", prompt: "ci.md" }],
};
`;

/** Sends at this rate, whatever becomes of it, each delivery once and through a connection of its own. */
function send(port: number, rate: number) {
  const became: Promise<Became>[] = [];
  const timer = setInterval(() => became.push(deliver(port, `delivery-${became.length}`)), 1000 / rate);
  return {
    /** Resolves when so many more were sent and answered. */
    async more(count: number) {
      const until = became.length + count;
      while (became.length < until) await wait(20);
      await Promise.all(became);
    },
    async stop() {
      clearInterval(timer);
      return Promise.all(became);
    },
  };
}

function deliver(port: number, id: string): Promise<Became> {
  const body = JSON.stringify({ action: "completed", id });
  const signature = createHmac("sha256", secret).update(body).digest("hex");
  const headers = {
    "content-type": "application/json",
    "x-github-event": "workflow_run",
    "x-github-delivery": id,
    "x-hub-signature-256": `sha256=${signature}`,
  };
  return new Promise((resolve) => {
    const at = { host: "127.0.0.1", port, path: "/webhooks/ci", method: "POST", headers, agent: false };
    const sent = request(at, async (response) => {
      const pieces: Buffer[] = [];
      for await (const piece of response) pieces.push(piece);
      const text = Buffer.concat(pieces).toString();
      const runId = /"run_id":\s*"([^"]+)"/.exec(text)?.[1];
      const isDone = response.statusCode === 202 && runId !== undefined;
      resolve(
        isDone ? { type: "acknowledged", runId } : { type: "refused", why: `${response.statusCode} ${text}` },
      );
    });
    sent.on("error", (error: Error & { code?: string }) => {
      resolve({ type: error.code === "ECONNREFUSED" ? "none" : "cut", why: error.message });
    });
    sent.end(body);
  });
}

async function count(restarts: number, path: string, became: readonly Became[]): Promise<RestartReport> {
  const store = await openSqlite({ path, clock });
  try {
    const report: RestartReport = {
      restarts,
      sent: became.length,
      withoutConnection: 0,
      acknowledged: 0,
      refused: [],
      cut: [],
      lost: 0,
    };
    for (const one of became) {
      if (one.type === "none") report.withoutConnection++;
      else if (one.type !== "acknowledged") report[one.type].push(one.why);
      else {
        report.acknowledged++;
        if ((await store.run(one.runId)) === null) report.lost++;
      }
    }
    return report;
  } finally {
    await store.close();
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { restarts: { type: "string", default: "20" }, rate: { type: "string", default: "50" } },
  });
  const report = await restartLoop(Number(values.restarts), Number(values.rate));
  process.stdout.write(`${JSON.stringify(report)}\n`);
  process.exitCode = report.lost + report.refused.length > 0 || report.cut.length > report.restarts ? 1 : 0;
}
