/**
 * Real Prometheus and Alertmanager on loopback, watching a shop that can fail: Debian's packages,
 * where the machine has them.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { type Child, startChild } from "../child.ts";

const programs = ["prometheus", "prometheus-alertmanager"];

function missingPrograms(): string[] {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return programs.filter((name) => !folders.some((folder) => existsSync(join(folder, name))));
}

/** False where a program is missing: such tests are skipped, and say why. On a build server that is a failure. */
export function hasPrometheus(): boolean {
  const missing = missingPrograms();
  if (missing.length === 0) return true;
  const advice = `apt-get install --no-install-recommends ${missing.join(" ")}`;
  if (process.env.CI) throw new Error(`missing: ${missing.join(", ")}; ${advice}`);
  process.stderr.write(`skipped, because this machine lacks ${missing.join(" and ")}; ${advice}\n`);
  return false;
}

export interface Monitoring {
  /** For everything that belongs to this test; removed at the end. */
  folder: string;
  prometheusUrl: string;
  alertmanagerUrl: string;
  pidFile: string;
  /** How often the shop's process was started. */
  starts(): number;
  /** Checkouts fail from now on, until the shop is restarted. */
  breakShop(): Promise<void>;
  stop(): Promise<void>;
}

/** `webhook`: where Alertmanager tells of the alert, with this bearer token. */
export async function startMonitoring(webhook: { url: string; token: string }): Promise<Monitoring> {
  const folder = mkdtempSync(join(tmpdir(), "belay-monitoring-"));
  const port = await freePort();
  const pidFile = join(folder, "shop.pid");
  const shop = new Supervised(port, pidFile);
  const begun: Child[] = [];
  const stop = async () => {
    await shop.stop();
    await Promise.all(begun.map(endHeld));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await shop.up();
    const alertmanagerUrl = await startAlertmanager(folder, webhook, begun);
    const prometheusUrl = await startPrometheus(
      folder,
      { port, alertmanager: new URL(alertmanagerUrl).host },
      begun,
    );
    const breakShop = async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/fault`, { method: "POST" });
      if (!answer.ok) throw new Error(`the shop answered ${answer.status}`);
    };
    return { folder, prometheusUrl, alertmanagerUrl, pidFile, starts: () => shop.starts, breakShop, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Starts the shop again whenever it ends, as a service manager does. */
class Supervised {
  starts = 0;
  readonly #args: string[];
  readonly #pidFile: string;
  #child: Child | null = null;
  #stopped = false;

  constructor(port: number, pidFile: string) {
    this.#args = [String(port), pidFile];
    this.#pidFile = pidFile;
    this.#start();
  }

  #start(): void {
    this.starts++;
    const child = startChild("test/support/monitoring/shop-child.ts", this.#args);
    this.#child = child;
    child.ended.then(() => {
      if (!this.#stopped) this.#start();
    });
  }

  async up(): Promise<void> {
    await this.#child?.says("serving");
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#child?.kill();
    rmSync(this.#pidFile, { force: true });
  }
}

/** Its end is the program's: killed itself, it could not end what it holds. */
async function endHeld(child: Child): Promise<void> {
  child.process.stdin?.end();
  await child.ended;
}

const listening = /msg="Listening on" address=(127\.0\.0\.1:\d+)/;

async function startAlertmanager(
  folder: string,
  webhook: { url: string; token: string },
  begun: Child[],
): Promise<string> {
  const config = {
    route: {
      receiver: "belay",
      group_by: ["alertname"],
      group_wait: "1s",
      group_interval: "1s",
      repeat_interval: "1h",
    },
    receivers: [
      {
        name: "belay",
        webhook_configs: [
          { url: webhook.url, http_config: { authorization: { credentials: webhook.token } } },
        ],
      },
    ],
  };
  const args = [`--storage.path=${join(folder, "alertmanager")}`, "--cluster.listen-address="];
  return start("prometheus-alertmanager", { folder, config, args, ready: listening }, begun);
}

async function startPrometheus(
  folder: string,
  at: { port: number; alertmanager: string },
  begun: Child[],
): Promise<string> {
  const rule = {
    alert: "CheckoutFailing",
    expr: "shop_failing > 0",
    for: "1s",
    labels: { severity: "page", service: "shop" },
    annotations: { summary: "Checkouts fail." },
  };
  writeFileSync(join(folder, "rules.yml"), JSON.stringify({ groups: [{ name: "shop", rules: [rule] }] }));
  const config = {
    global: { scrape_interval: "1s", evaluation_interval: "1s" },
    rule_files: [join(folder, "rules.yml")],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [at.alertmanager] }] }] },
    scrape_configs: [{ job_name: "shop", static_configs: [{ targets: [`127.0.0.1:${at.port}`] }] }],
  };
  const args = [`--storage.tsdb.path=${join(folder, "tsdb")}`];
  const url = await start("prometheus", { folder, config, args, ready: listening }, begun);
  await begun.at(-1)?.says("Server is ready to receive web requests");
  return url;
}

/** JSON is YAML, too. */
async function start(
  program: string,
  { folder, config, args, ready }: { folder: string; config: unknown; args: string[]; ready: RegExp },
  begun: Child[],
): Promise<string> {
  const file = join(folder, `${program}.yml`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, JSON.stringify(config));
  const child = startChild(
    "test/support/hold-child.ts",
    [program, `--config.file=${file}`, "--web.listen-address=127.0.0.1:0", ...args],
    { leashed: false },
  );
  begun.push(child);
  const [, address] = ready.exec(await child.says(ready)) ?? [];
  return `http://${address}`;
}

/** The shop keeps its port over restarts, so that it is scraped at the same place. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
