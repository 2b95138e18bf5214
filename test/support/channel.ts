/** A channel with something of it changed; the rest is the channel's own. A copy would lose what its class holds. */
import type { Channel } from "../../src/core/ports/channel.ts";

export function around(channel: Channel, change: Partial<Channel>): Channel {
  return {
    name: channel.name,
    can: channel.can,
    start: (inlet) => channel.start(inlet),
    stop: () => channel.stop(),
    post: (delivery) => channel.post(delivery),
    identify: (actor) => channel.identify(actor),
    whisper: (inbound, outcome) => channel.whisper(inbound, outcome),
    handle: (request) => channel.handle(request),
    health: () => channel.health(),
    ...change,
  };
}
