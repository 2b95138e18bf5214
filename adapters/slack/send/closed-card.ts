/** A card that can no longer be edited: it is marked, and what matters is posted anew below it. */
import type { Delivery } from "../../../src/core/ports/channel.ts";
import type { Status } from "../../../src/core/text/status.ts";
import { slackCode } from "../errors.ts";
import type { Session } from "../session.ts";

const closed = new Set(["edit_window_closed", "cant_update_message"]);
const underWay: readonly Status[] = ["running", "sleeping"];

export function isClosedToEdits(error: unknown): boolean {
  return closed.has(slackCode(error) ?? "");
}

/**
 * The steps of a run that is under way are not worth a message each: its next question and its outcome are. What is
 * posted anew leaves a mark on the card that is out of date.
 */
export async function isLeftAsItStands(session: Session, delivery: Delivery, ts: string): Promise<boolean> {
  const row = delivery.key === "progress" ? await session.inlet.store.run(delivery.runId) : null;
  if (row !== null && underWay.includes(row.status)) return true;
  const channel = delivery.address.split("/")[1] ?? "";
  await session.client.reactions.add({ channel, timestamp: ts, name: "arrow_down" }).catch(() => {});
  return false;
}
