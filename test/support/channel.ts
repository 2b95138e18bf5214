/** Channels of tests: one that says and hears nothing, and one that is another with something changed. */
import type { Channel } from "../../src/core/ports/channel.ts";

/** Takes whatever is posted, hears nothing, and is well. */
export function muteChannel(change: Partial<Channel> = {}): Channel {
  return {
    name: "chat",
    can: { edit: true, buttons: true, maxText: 4_000, minIntervalMs: 0 },
    start: async () => {},
    stop: async () => {},
    post: async ({ id, remoteId }) => ({ remoteId: remoteId ?? `message ${id}` }),
    identify: async (actor) => actor,
    whisper: async () => {},
    handle: () => null,
    health: () => ({ ok: true, detail: "" }),
    ...change,
  };
}

/** What is not changed is the channel's own: a copy would lose what its class holds. */
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
