/** Starts the foreign servers of tools, and tells the engine and the log what they do. */
import type { Logger } from "pino";
import type { Engine } from "./engine/engine.ts";
import type { ToolServer } from "./tools/tool-server.ts";

/** Nothing waits for them: a server that does not answer holds up no start. */
export function startToolServers(
  servers: readonly ToolServer[],
  { engine, log }: { engine: Pick<Engine, "voidApprovals">; log: Logger },
): { stop(): Promise<void> } {
  for (const server of servers) {
    server.start({
      said: (words) => log.info({ server: server.name, words }, "tool server"),
      changed: (tool, words) => {
        log.warn({ server: server.name, tool, words }, "tool changed");
        engine.voidApprovals(tool, words).catch((err: unknown) => {
          // Each is looked at again before it runs.
          log.error({ tool, err }, "approvals of a changed tool were not closed");
        });
      },
    });
  }
  return {
    stop: async () => {
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}
