/** Server-sent events: one run's log as it grows, and the changes of all runs. */
import { streamSSE } from "hono/streaming";
import { mayReadRow } from "../../core/store/listed-runs.ts";
import { callerOf } from "../guard/auth.ts";
import { Follower } from "../guard/change-feed.ts";
import type { Ctx, Server } from "../guard/context.ts";
import { openFor } from "../view/child-runs.ts";
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
              // What was before it is gone.
              version = event.type === "forgotten" ? event.version : version + 1;
              const data = JSON.stringify(viewEvent(event, version));
              await stream.writeSSE({ id: String(version), event: event.type, data });
            }
          },
        ),
      );
    },
    streamAll: async (c) => {
      const caller = callerOf(c);
      const follower = new Follower();
      let told = -1;
      return openStream(c, (stream) =>
        server.streams.run(
          stream,
          caller.session,
          (ring) => server.feed.join(follower, ring),
          async () => {
            const { rows, counts } = follower.take();
            for (const row of rows) {
              if (!mayReadRow(server.engine, caller.actor, row)) continue;
              await stream.writeSSE({ event: "run", data: JSON.stringify(viewSummary(row, server)) });
            }
            const open = counts ? openFor(server, caller.actor, counts) : told;
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
