/** The stage of the demo: a shop, and whoever watches it. */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addressOf } from "./address.ts";
import { areInstalled, Processes } from "./processes.ts";
import { readRecording } from "./recording.ts";
import { type Replay, startReplay } from "./replay.ts";
import { alertmanagerArguments, listening, prometheusArguments, type Webhook } from "./watch.ts";

const programs = ["prometheus", "prometheus-alertmanager"] as const;

export interface Stage {
  /** What the bot's configuration reads. */
  variables: Record<string, string>;
  /** Prometheus or Alertmanager is not installed: the answers of both are those of this day (`2026-11-28`); else null. */
  recordedOn: string | null;
  /** Checkouts fail from now on, until the shop is restarted. Rejects when the shop does not say that they do. */
  breakShop(): Promise<void>;
  /** Rejects when the shop does not come back; it never resolves. */
  broken: Promise<never>;
  stop(): Promise<void>;
}

/** `tellsAt`: where an alert is told. Rejects when a program of it does not start; then nothing of it is left. */
export async function openStage(tellsAt: Webhook, path: string): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), "belay-incident-"));
  const broken = Promise.withResolvers<never>();
  // Whoever plays on this stage looks at it; until then it is nobody's error.
  broken.promise.catch(() => {});
  const processes = new Processes(broken.reject);
  const ends: (() => Promise<void>)[] = [() => processes.stop()];
  const stop = async () => {
    for (const end of ends.toReversed()) await end();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const port = await freePort();
    const shop = `127.0.0.1:${port}`;
    const pidFile = join(folder, "shop.pid");
    const script = join(import.meta.dirname, "shop.ts");
    await processes.keep(process.execPath, [script, String(port), pidFile], /serving/);
    const recording = areInstalled(programs, path) ? null : readRecording();
    const watched = recording
      ? await replayed(await startReplay(`http://${shop}`, tellsAt, recording), ends)
      : await watchedBy(processes, { folder, shop }, tellsAt);
    return {
      variables: { ...watched, SHOP_PORT: String(port), SHOP_PID_FILE: pidFile },
      recordedOn: recording?.date ?? null,
      async breakShop() {
        const answer = await fetch(`http://${shop}/fault`, { method: "POST" });
        if (!answer.ok) throw new Error(`the shop answered ${answer.status}`);
      },
      broken: broken.promise,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function watchedBy(
  processes: Processes,
  { folder, shop }: { folder: string; shop: string },
  tellsAt: Webhook,
): Promise<Record<string, string>> {
  const begin = async (program: string, args: readonly string[]): Promise<string> => {
    const { found } = await processes.begin(program, args, listening);
    return found[1] ?? "";
  };
  const alertmanager = await begin("prometheus-alertmanager", alertmanagerArguments(folder, tellsAt));
  const prometheus = await begin("prometheus", prometheusArguments(folder, { shop, alertmanager }));
  return { PROMETHEUS_URL: `http://${prometheus}`, ALERTMANAGER_URL: `http://${alertmanager}` };
}

function replayed({ url, stop }: Replay, ends: (() => Promise<void>)[]): Record<string, string> {
  ends.push(stop);
  return { PROMETHEUS_URL: url, ALERTMANAGER_URL: url };
}

/** A port of this machine that nobody uses now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const { port } = new URL(await addressOf(server));
  await new Promise((resolve) => server.close(resolve));
  return Number(port);
}
