/**
 * What tests of declared commands share: a folder, a program, and calls through the toolbox as the engine makes them.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { onTestFinished } from "vitest";
import type { CallContext } from "../../../src/core/ports/toolbox.ts";
import type { Tool } from "../../../src/tools/contract.ts";
import { createToolbox } from "../../../src/tools/toolbox.ts";

export const node = process.execPath;
export const program = join(import.meta.dirname, "program-child.ts");

/** Removed when the test is over. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "belay-command-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

export function contextOf(key = "r1:c1", signal = new AbortController().signal): CallContext {
  return { runId: "r1", callId: "c1", key, epoch: 1, signal };
}

export function toolboxOf(...tools: Tool[]) {
  return createToolbox(tools, { redact: (text) => text.replaceAll("s3cr3t-value", "[secret]") });
}

/** How often the program ran. */
export function tracesIn(path: string): number {
  return existsSync(path) ? readFileSync(path, "utf8").split("\n").filter(Boolean).length : 0;
}

/** Waits for what happens outside of this process; the test's own limit ends it when it never does. */
export async function until<T>(look: () => T | null | undefined | false): Promise<T> {
  for (;;) {
    const found = look();
    if (found) return found;
    await wait(10);
  }
}
