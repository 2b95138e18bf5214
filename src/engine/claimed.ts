/** A message of the inbox that this process has claimed. */
import type { Address } from "../core/actor.ts";
import type { ClaimedRow } from "../core/ports/deliveries.ts";
import type { Inbound } from "../core/ports/inbound.ts";
import type { Store } from "../core/ports/store.ts";

/**
 * `until`: by the steady clock of this process; from then on another one may have it. `untried`: nobody has tried it yet,
 * nor asked who its sender is.
 */
export interface Claimed {
  row: ClaimedRow;
  inbound: Inbound;
  until: number;
  untried: boolean;
}

/** Names a claimed message, however often it is claimed. */
export function nameOf({ row }: Claimed): string {
  return `${row.source} ${row.key}`;
}

/** The place where words mean what stands there when they are heard; null for a press: it names what it is for. */
export function orderedAt({ address, intent }: Inbound): Address | null {
  return intent.type === "message" || intent.type === "changed" ? address : null;
}

/** Of those that nobody has come to: what is said behind them in their threads waits for them as before. */
export async function leaveUntried(
  store: Pick<Store, "markUntried">,
  claimed: readonly Claimed[],
): Promise<void> {
  const untried = claimed.filter((message) => message.untried).map(({ row }) => row);
  if (untried.length > 0) await store.markUntried(untried);
}
