/** Changes of the source that a bot under fault runs with: a shorter lease, and faults that the judge must notice. */
import { registerHooks } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { mutated } from "../mutants/source.ts";

const root = join(import.meta.dirname, "..", "..", "..");

/** This file. */
export const changesFile = "test/faults/whole/changes.ts";

interface Change {
  file: string;
  find: string;
  put: string;
}

/** By name. Each `find` stands once in its file. */
export const changes: Readonly<Record<string, readonly Change[]>> = {
  /** A sleep beyond the lease takes four seconds instead of sixteen. */
  short_lease: [
    { file: "src/engine/worker.ts", find: "const leaseMs = 15_000;", put: "const leaseMs = 3_000;" },
    { file: "src/engine/worker.ts", find: "const renewMs = 5_000;", put: "const renewMs = 1_000;" },
  ],
  /** Planted: the runs of a killed bot stand still for longer than is promised. */
  long_lease: [
    { file: "src/engine/worker.ts", find: "const leaseMs = 15_000;", put: "const leaseMs = 30_000;" },
  ],
  /** Planted: what must happen once is repeated after a crash, without a word. */
  repeat_once: [{ file: "src/core/decide/calls.ts", find: `spec && spec.effect !== "once"`, put: "spec" }],
  /** Planted: the lease is not looked at between the intent and the effect. */
  trust_lease: [{ file: "src/engine/perform/calls.ts", find: "  await on.lease.prove();", put: "" }],
  /** Planted: a delivery is acknowledged, and launched when another one comes: the last of a process never is. */
  acknowledge_first: [
    {
      file: "adapters/webhook/handle-delivery.ts",
      find: "return await launched(receiver, delivery, await launch(receiver, delivery, about));",
      put: `const held = receiver as { key?: string; launch?: () => Promise<unknown> };
      if (held.key !== delivery.key) await held.launch?.();
      held.key = delivery.key;
      held.launch = () => launch(receiver, delivery, about);
      return json(202, { run_id: "run_told_too_soon" });`,
    },
  ],
};

/** Whatever is imported after this call is changed so. Throws when a change is not known, or its text is gone. */
export function changeSource(names: readonly string[]): void {
  const wanted = names.flatMap((name) => {
    const found = changes[name];
    if (found === undefined) throw new Error(`there is no change called ${name}`);
    return found.map((change) => ({ name, ...change }));
  });
  if (wanted.length === 0) return;
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context);
      if (!url.startsWith("file:")) return loaded;
      const path = fileURLToPath(url);
      const mine = wanted.filter(({ file }) => path === join(root, file));
      if (mine.length === 0) return loaded;
      const source = mine.reduce((text, change) => mutated(text, change, changesFile), String(loaded.source));
      return { ...loaded, source };
    },
  });
}
