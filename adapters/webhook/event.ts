/** Takes a report at the one-time URL of an event to its run, whether the run waits already or will. */

import { readBody } from "../../src/core/ports/body.ts";
import type { EventUrls } from "./event-url.ts";
import type { Receiver } from "./handle-delivery.ts";
import { json, notStored, problem } from "./problem.ts";
import { digest } from "./signature.ts";

const MAX_EVENT_BYTES = 64 * 1024;

/** What the body carries is told to the run as data. Only a POST counts: link scanners and previews send GET. */
export async function receiveEvent(
  receiver: Receiver | null,
  urls: EventUrls,
  token: string,
  request: Request,
): Promise<Response> {
  if (request.method !== "POST") {
    return problem("method_not_allowed", "Send a POST request; its body is what the run is told.", {
      allow: "POST",
    });
  }
  const named = urls.read(token);
  if (!named || !receiver) return problem("unknown_webhook", "Nobody made this URL.");
  const body = await readBody(request, MAX_EVENT_BYTES);
  if (body === null) return problem("body_too_large", "An event may have up to 64 kB.");
  const payload = new TextDecoder().decode(body).replaceAll("\0", "\u{fffd}").toWellFormed();
  const actor = {
    principal: "webhook:event",
    name: "the event's URL",
    groups: [],
    guest: false,
    kind: "machine" as const,
  };
  const key = { source: "webhook:event", key: digest(token) };
  try {
    const submitted = await receiver.inlet.command(
      named.runId,
      { type: "deliver_event", event: named.event, payload, actor, via: { channel: "webhook" } },
      key,
    );
    if (!submitted.ok) {
      const before = await receiver.inlet.store.inboxRow(key);
      if (before?.runId) return json(200, { run_id: before.runId, duplicate: true });
      return problem("event_closed", submitted.refusal.message);
    }
    const { runId, duplicate } = submitted;
    return json(duplicate ? 200 : 202, { run_id: runId, ...(duplicate ? { duplicate } : {}) });
  } catch (error) {
    return notStored(error);
  }
}
