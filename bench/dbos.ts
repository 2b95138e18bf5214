/** DBOS as a peer to measure: installed when it is asked for, into a temporary folder, and no dependency of this project. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** @dbos-inc/dbos-sdk, MIT. */
export const dbosVersion = "5.3.0";

/** As much of it as is measured. */
export interface Dbos {
  DBOS: {
    setConfig(config: {
      name: string;
      systemDatabaseUrl: string;
      logLevel: string;
      applicationVersion: string;
    }): void;
    launch(): Promise<void>;
    registerQueue(name: string, options: { minPollingIntervalMs?: number }): Promise<unknown>;
    registerWorkflow<Args extends unknown[]>(
      run: (...args: Args) => Promise<unknown>,
      config: { name: string },
    ): (...args: Args) => Promise<unknown>;
    startWorkflow<Args extends unknown[]>(
      workflow: (...args: Args) => Promise<unknown>,
      params?: { workflowID: string },
    ): (...args: Args) => Promise<{ getResult(): Promise<unknown> }>;
    runStep<T>(step: () => Promise<T>, config: { name: string }): Promise<T>;
    recv(topic: string, timeoutSeconds: number): Promise<unknown>;
  };
  DBOSClient: {
    create(options: { systemDatabaseUrl: string; applicationName: string }): Promise<{
      enqueue(options: { queueName: string; workflowName: string; appVersion: string }): Promise<unknown>;
      send(workflowId: string, message: object, topic: string): Promise<void>;
      destroy(): Promise<void>;
    }>;
  };
}

/** Same for the worker and its client. */
export const app = { name: "bench", version: "bench" };

/** Installs it where it is not yet. @throws with words when it can't be had */
export function installDbos(): string {
  const folder = join(tmpdir(), `belay-bench-dbos-${dbosVersion}`);
  if (existsSync(join(folder, "node_modules", "@dbos-inc", "dbos-sdk", "package.json"))) return folder;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  const asked = ["install", `@dbos-inc/dbos-sdk@${dbosVersion}`, "--save-exact", "--ignore-scripts"];
  const { status, error, stderr } = spawnSync("npm", [...asked, "--no-audit", "--no-fund"], {
    cwd: folder,
    encoding: "utf8",
  });
  if (status === 0) return folder;
  throw new Error(
    `DBOS ${dbosVersion} could not be installed, so there is nothing to measure the bot beside: ${error?.message ?? stderr.trim()}`,
  );
}

export async function loadDbos(folder: string): Promise<Dbos> {
  const entry = join(folder, "node_modules", "@dbos-inc", "dbos-sdk", "dist", "src", "index.js");
  return await import(pathToFileURL(entry).href);
}
