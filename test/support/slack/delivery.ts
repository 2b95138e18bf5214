/** Deliveries as the outbox makes them, and the errors they end with. */
import type { Message } from "../../../src/core/message.ts";
import type { Delivery } from "../../../src/core/ports/channel.ts";
import { ChannelError } from "../../../src/core/ports/channel-error.ts";
import { messageNamed } from "../../fixtures/messages.ts";

/** A first post of a run's progress at this address. */
export function deliveryAt(address: string, change: Partial<Delivery> = {}): Delivery {
  return {
    id: "run_7f3a/progress#0",
    runId: "run_7f3a",
    key: "progress",
    address,
    body: messageNamed("done"),
    revision: 1,
    remoteId: null,
    uncertain: false,
    createdAt: Date.now(),
    ...change,
  };
}

export function saying(words: string): Message {
  return { summary: words, blocks: [{ type: "text", markdown: words, foreign: false }] };
}

/** The error that a post ends with. */
export async function failure(promise: Promise<unknown>): Promise<ChannelError> {
  const error = await promise.then(
    () => new Error("it was delivered"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof ChannelError)) throw error;
  return error;
}
