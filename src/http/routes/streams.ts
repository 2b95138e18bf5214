/** Server-sent events: one run's log as it grows, and the changes of all runs. */
import { streamSSE } from "hono/streaming";
import type { Actor } from "../../core/actor.ts";
import { callerOf } from "../guard/auth.ts";
import type { Ctx, Server } from "../guard/context.ts";
import { mayReadRow } from "../view/child-runs.ts";
import { viewSummary } from "../view/run.ts";
import type { Handlers } from "./route.ts";
import { readableRun } from "./run-access.ts";
import { viewEvent } from "./runs.ts";

/** A client that reconnects with `Last-Event-ID` goes on after that event; without it `?after=` counts. */
export function streamRoutes(server: Server): Pick<Handlers, "stream" | "streamAll"> {
  return {
    stream: async (c, { query }) => {
      const caller = callerOf(c);
      const { runId } = await readableRun(server, caller.actor, c.req.param("id") ?? "");
      let version = lastEventId(c) ?? query.after;
      return openStream(c, (stream) =>
        server.streams.run(
          stream,
          caller.session,
          (ring) => server.engine.watch((change) => change.runId === runId && ring()),
          async () => {
            for (const event of await server.engine.events(runId, version)) {
              version++;
              const data = JSON.stringify(viewEvent(event, version));
              await stream.writeSSE({ id: String(version), event: event.type, data });
            }
          },
        ),
      );
    },
    streamAll: async (c) => {
      const caller = callerOf(c);
      const changed = new Set<string>();
      let told = -1;
      return openStream(c, (stream) =>
        server.streams.run(
          stream,
          caller.session,
          (ring) =>
            server.engine.watch(({ runId }) => {
              changed.add(runId);
              ring();
            }),
          async () => {
            const runIds = [...changed];
            changed.clear();
            for (const runId of runIds) {
              const row = await server.engine.store.run(runId);
              if (!row || !mayReadRow(server, caller.actor, row)) continue;
              await stream.writeSSE({ event: "run", data: JSON.stringify(viewSummary(row)) });
            }
            const open = await countQuestions(server, caller.actor);
            if (open === told) return;
            told = open;
            await stream.writeSSE({ event: "questions", data: JSON.stringify({ open }) });
          },
        ),
      );
    },
  };
}

function openStream(c: Ctx, run: Parameters<typeof streamSSE>[1]): Response {
  // Nobody would ever read or cancel the body of a HEAD request.
  if (c.req.method === "HEAD") return c.body(null, 200, { "Content-Type": "text/event-stream" });
  const response = streamSSE(c, run);
  // Asks nginx not to hold events back.
  response.headers.set("X-Accel-Buffering", "no");
  return response;
}

/** What a browser sends when it reconnects. */
function lastEventId(c: Ctx): number | null {
  const id = c.req.header("last-event-id");
  return id !== undefined && /^\d{1,9}$/.test(id) ? Number(id) : null;
}

async function countQuestions(server: Server, actor: Actor): Promise<number> {
  const rows = await server.engine.store.runs({ asking: true, limit: 1000 });
  return rows.filter((row) => mayReadRow(server, actor, row)).reduce((sum, row) => sum + row.asking, 0);
}
