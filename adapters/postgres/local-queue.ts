/** Keeps what goes wrong in the background of graphile-worker's local queue from ending the process. */
import type { EventEmitter } from "node:events";

/**
 * A local queue that is released with jobs in it begins to give them back, refuses to look after that (`background`
 * throws once it is released), and nobody catches it when the database does not take them. They are found again: a
 * job is a hint. `events`: those of the workers, before they are made.
 */
export function catchBackground(events: EventEmitter): void {
  events.on("localQueue:init", ({ localQueue }: { localQueue: object }) => {
    const background: unknown = Reflect.get(localQueue, "background");
    if (typeof background !== "function") return;
    Reflect.set(localQueue, "background", (work: Promise<unknown>) => {
      work.catch(() => {});
      return Reflect.apply(background, localQueue, [work]);
    });
  });
}
