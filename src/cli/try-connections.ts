/** Tries what the tools need of the world, side by side, each within its time and with its secrets hidden. */

import type { Config } from "../config.ts";
import { broken, type Finding } from "../core/ports/finding.ts";
import { createRedactor } from "../core/text/redact.ts";
import { thrown } from "../core/text/thrown.ts";
import type { Connection } from "../tools/connection.ts";

/** A server of tools may have to be installed first. */
const longestMs = 60_000;

/** Never throws. Servers of tools are ended afterwards. */
export async function tryConnections({
  tools,
  toolServers,
  secrets,
}: Pick<Config, "tools" | "toolServers" | "secrets">): Promise<Finding[]> {
  const redact = createRedactor(secrets);
  const connections = new Set<Connection>([
    ...tools.flatMap(({ connection }) => connection ?? []),
    ...toolServers,
  ]);
  const found = await Promise.all([...connections].map((connection) => tried(connection, longestMs)));
  await Promise.all(toolServers.map((server) => server.stop()));
  return found.flat().map((finding) => ({
    ...finding,
    detail: redact(finding.detail),
    fix: finding.fix === null ? null : redact(finding.fix),
  }));
}

/** `withinMs`: then it is given up, whether it listens to its signal or not. */
export async function tried(connection: Connection, withinMs: number): Promise<Finding[]> {
  const ending = new AbortController();
  const { promise, resolve } = Promise.withResolvers<Finding[]>();
  const late = setTimeout(() => {
    ending.abort();
    const fix = "Look whether this machine may connect there, and whether it is up.";
    resolve([broken(connection.check, `no answer within ${withinMs / 1000} s`, fix)]);
  }, withinMs);
  const found = connection.diagnose(ending.signal).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : thrown(error);
    return [broken(connection.check, why, "Mend it, or take its tools out of belay.config.ts.")];
  });
  return Promise.race([found, promise]).finally(() => clearTimeout(late));
}
