/**
 * Real Prometheus and Alertmanager on loopback, watching a shop that can fail: Debian's packages,
 * where the machine has them.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import {
  alertmanagerArguments,
  listening,
  prometheusArguments,
  type Webhook,
} from "../../../src/cli/incident/watch.ts";
import { type Child, startChild } from "../child.ts";
import { freePort } from "../free-port.ts";

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
export async function startMonitoring(webhook: Webhook): Promise<Monitoring> {
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
    const alertmanager = await start(
      "prometheus-alertmanager",
      alertmanagerArguments(folder, webhook),
      begun,
    );
    const shopAt = `127.0.0.1:${port}`;
    const prometheus = await start(
      "prometheus",
      prometheusArguments(folder, { shop: shopAt, alertmanager }),
      begun,
    );
    await begun.at(-1)?.says("Server is ready to receive web requests");
    const breakShop = async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/fault`, { method: "POST" });
      if (!answer.ok) throw new Error(`the shop answered ${answer.status}`);
    };
    const [prometheusUrl, alertmanagerUrl] = [`http://${prometheus}`, `http://${alertmanager}`];
    return { folder, prometheusUrl, alertmanagerUrl, pidFile, starts: () => shop.starts, breakShop, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Prometheus alone, with a configuration of the test's own. */
export async function startPrometheus(
  file: string,
  tsdb: string,
): Promise<{ url: string; stop(): Promise<void> }> {
  const begun: Child[] = [];
  const stop = async () => {
    await Promise.all(begun.map(endHeld));
  };
  try {
    const address = await start(
      "prometheus",
      [`--config.file=${file}`, `--storage.tsdb.path=${tsdb}`, "--web.listen-address=127.0.0.1:0"],
      begun,
    );
    return { url: `http://${address}`, stop };
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
    const child = startChild("src/cli/incident/shop.ts", this.#args);
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

/** The address at which it listens: host and port. */
async function start(program: string, args: readonly string[], begun: Child[]): Promise<string> {
  const child = startChild("test/support/hold-child.ts", [program, ...args], { leashed: false });
  begun.push(child);
  const [, address = ""] = listening.exec(await child.says(listening)) ?? [];
  return address;
}
