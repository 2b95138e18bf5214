/**
 * Kills a bot between accepting webhooks and answering them, many times, and counts what became of each
 * delivery. By hand: node test/faults/webhook-kills.ts --kills 1000; prints one line of JSON, exits with 1 when
 * anything was lost or doubled.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import { type Child, startChild } from "../support/child.ts";

const secret = "correct horse battery staple";

export interface KillReport {
  kills: number;
  /** Deliveries that got a 2xx with a run's id. */
  acknowledged: number;
  /** Acknowledged, but the store knows no such run. */
  lost: number;
  /** Deliveries with two runs: told different ids, or more runs than deliveries. */
  doubled: number;
}

interface Sender {
  /** Delivery → all run ids that its answers named. */
  answers: Map<string, Set<string>>;
  /** Sent, but perhaps never answered: the sender brings them again. */
  open: Set<string>;
  next: number;
}

/** `points`: the child dies at the first to the `points`-th point, in turn. */
export async function killLoop(kills: number, mutant = "none", points = 40): Promise<KillReport> {
  const folder = mkdtempSync(join(tmpdir(), "belay-kills-"));
  const path = join(folder, "belay.sqlite");
  const sender: Sender = { answers: new Map(), open: new Set(), next: 0 };
  const begun: Child[] = [];
  const begin = (dieAt: number) => {
    const child = startChild("test/faults/webhook-kill-child.ts", [path, String(dieAt), mutant]);
    begun.push(child);
    return child;
  };
  try {
    for (let kill = 0; kill < kills; kill++) {
      const child = begin(1 + ((kill * 7) % points));
      await sendUntilDead(await portOf(child), sender);
      const ended = await child.ended;
      if (ended.signal !== "SIGKILL" || ended.errors !== "")
        throw child.failure(ended, "was not killed as meant");
    }
    // A last one that lives: what was never answered is brought again.
    const child = begin(0);
    const port = await portOf(child);
    for (const id of [...sender.open]) await deliver(port, id, sender);
    await child.kill();
    return { kills, ...(await count(path, sender)) };
  } finally {
    await Promise.all(begun.map((child) => child.kill()));
    rmSync(folder, { recursive: true, force: true });
  }
}

async function portOf(child: Child): Promise<number> {
  const [, port] = /^(\d+)\n/.exec(await child.says(/^\d+\n/)) ?? [];
  return Number(port);
}

/** Four at a time: old ones again (also answered ones: a redelivery), new ones between. */
async function sendUntilDead(port: number, sender: Sender): Promise<void> {
  const again = [...sender.open, ...[...sender.answers.keys()].slice(-4)];
  const one = async (): Promise<void> => {
    for (;;) {
      const id = again.shift() ?? `delivery-${sender.next++}`;
      if (!(await deliver(port, id, sender))) return;
    }
  };
  await Promise.all([one(), one(), one(), one()]);
}

/** False when nobody answered: the process is dead. */
async function deliver(port: number, id: string, sender: Sender): Promise<boolean> {
  sender.open.add(id);
  try {
    const response = await fetch(`http://127.0.0.1:${port}/webhooks/ci`, {
      method: "POST",
      body: JSON.stringify({ id }),
      headers: {
        authorization: `Bearer ${secret}`,
        "content-type": "application/json",
        "idempotency-key": id,
      },
    });
    const { run_id } = (await response.json()) as { run_id?: string };
    if (run_id === undefined) throw new Error(`answered ${response.status} without a run`);
    sender.open.delete(id);
    sender.answers.set(id, (sender.answers.get(id) ?? new Set()).add(run_id));
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

async function count(path: string, sender: Sender): Promise<Omit<KillReport, "kills">> {
  const store = await openSqlite({ path, clock: Date });
  try {
    let lost = 0;
    let doubled = 0;
    for (const ids of sender.answers.values()) {
      if (ids.size > 1) doubled++;
      for (const id of ids) if ((await store.run(id)) === null) lost++;
    }
    const runs = await store.runs({ limit: 1_000_000 });
    doubled += Math.max(0, runs.length - sender.next);
    return { acknowledged: sender.answers.size, lost, doubled };
  } finally {
    await store.close();
  }
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { kills: { type: "string", default: "1000" } } });
  const report = await killLoop(Number(values.kills));
  process.stdout.write(`${JSON.stringify(report)}\n`);
  process.exitCode = report.lost + report.doubled > 0 ? 1 : 0;
}
