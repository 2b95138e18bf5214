/**
 * The secret as the last part of the URL, for senders that can do nothing else: Statuspage, UptimeRobot, Docker Hub.
 */
import { z } from "zod";
import { sameText, verdict } from "../signature.ts";
import { defineKind } from "./kind.ts";

// Whoever reads the sender's settings or a proxy's log has it; Belay's own log and answers never hold the path.

/** The weakest proof there is, since URLs end up in logs. The secret is compared in constant time. */
export const url = defineKind("url", z.strictObject({ kind: z.literal("url") }), {
  verify: ({ pathSecret, secret }) => verdict(sameText(pathSecret, secret)),
  key: ({ headers }) => headers.get("idempotency-key"),
  titles: [
    "{incident.name}: {incident.status}",
    "{component.name}: {component_update.new_status}",
    "{monitorFriendlyName}: {alertTypeFriendlyName}",
    "{repository.repo_name}:{push_data.tag}",
  ],
});
