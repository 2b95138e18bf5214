/** An emulated Slack and the small engine that hears it, new for each test of the block that asks for them. */
import { afterEach, beforeEach } from "vitest";
import { type RecordingInlet, recordingInlet } from "../recording-inlet.ts";
import { SlackWorld, type Transport } from "./world.ts";

export const transports: readonly Transport[] = ["socket", "http"];

export function hearing(transport: Transport): {
  readonly world: SlackWorld;
  readonly inlet: RecordingInlet;
} {
  let world: SlackWorld;
  let inlet: RecordingInlet;
  beforeEach(async () => {
    world = await SlackWorld.start(transport);
    inlet = recordingInlet();
    await world.channel.start(inlet);
  });
  afterEach(() => world.stop());
  return {
    get world() {
      return world;
    },
    get inlet() {
      return inlet;
    },
  };
}
