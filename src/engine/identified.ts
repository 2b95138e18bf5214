/** An inbound message with its sender as the channel knows them now, where they could not be looked up on arrival. */
import type { Channel } from "../core/ports/channel.ts";
import type { Inbound } from "../core/ports/inbound.ts";

/** null: who sent it is still not known. */
export async function identified(
  channels: ReadonlyMap<string, Channel>,
  inbound: Inbound,
): Promise<Inbound | null> {
  const { unsure, ...sure } = inbound;
  if (unsure !== true) return sure;
  const actor = await channels.get(inbound.channel)?.identify(inbound.actor);
  return actor ? { ...sure, actor } : null;
}
