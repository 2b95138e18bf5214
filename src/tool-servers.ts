/** Starts the foreign servers of tools, and tells the engine and the log what they do, and them what nobody waits for. */
import type { Logger } from "pino";
import { lastingId } from "./core/reduce/calls.ts";
import { pendingCalls } from "./core/state.ts";
import type { Engine } from "./engine/engine.ts";
import type { ToolServer } from "./tools/tool-server.ts";

interface Around {
  engine: Pick<Engine, "voidApprovals" | "watch" | "state">;
  log: Logger;
}

/** Nothing waits for them: a server that does not answer holds up no start. */
export function startToolServers(
  servers: readonly ToolServer[],
  { engine, log }: Around,
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
  const unwatch = engine.watch(({ runId }) => {
    for (const server of servers) {
      giveUpEnded(server, runId, engine).catch((err: unknown) => {
        // It is held until the server is stopped, and answers nobody.
        log.error({ run: runId, server: server.name, err }, "a call was not given up");
      });
    }
  });
  return {
    stop: async () => {
      unwatch();
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

/** A call that rests while people are asked hears of nothing: whoever stops its run, or the time of the question. */
async function giveUpEnded(server: ToolServer, runId: string, engine: Pick<Engine, "state">): Promise<void> {
  const waiting = server.waiting().filter((call) => call.runId === runId);
  if (waiting.length === 0) return;
  const state = await engine.state(runId);
  const pending = new Set(state === null ? [] : pendingCalls(state).map((call) => lastingId(call)));
  for (const call of waiting) if (!pending.has(call.callId)) server.giveUp(call);
}
