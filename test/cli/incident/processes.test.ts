/** The programs beside the demo's bot: found, started and ended. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { areInstalled, Processes } from "../../../src/cli/incident/processes.ts";

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "belay-processes-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

test("a file that may be run is a program, wherever it stands in the path; a folder or another file is none", () => {
  const path = folder();
  mkdirSync(join(path, "prometheus"));
  writeFileSync(join(path, "alertmanager"), "", { mode: 0o644 });
  const places = `/nowhere:${path}`;
  expect([areInstalled(["prometheus"], places), areInstalled(["alertmanager"], places)]).toEqual([
    false,
    false,
  ]);
  chmodSync(join(path, "alertmanager"), 0o755);
  expect(areInstalled(["alertmanager"], places)).toBe(true);
});

test("what can't be started is told, and nobody waits for its end", async () => {
  const processes = new Processes(() => {});
  await expect(processes.begin(join(folder(), "missing"), [], /ready/)).rejects.toThrow("ENOENT");
  await processes.stop();
});
