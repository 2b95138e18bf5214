/** The emulated Slack after somebody has asked the bot for something, by a clock that the test sets. */
import { afterEach, beforeEach } from "vitest";
import { clockOf } from "../clock.ts";
import { type RecordingInlet, recordingInlet } from "../recording-inlet.ts";
import { SlackWorld } from "./world.ts";

export interface Asked {
  world: SlackWorld;
  inlet: RecordingInlet;
  /** `ts` of the message that asks. */
  root: string;
}

/** Over HTTP. `now`: ms since the epoch. The caller stops the world. */
export async function startAsked(now: () => number): Promise<Asked> {
  const inlet = recordingInlet();
  const world = await SlackWorld.start("http", { clock: clockOf(now) });
  await world.channel.start(inlet);
  return { world, inlet, root: await world.say("<@U0BOT> restart payments") };
}

/** The same for the tests of a file, new for each; `at.now`: the time there, ms since the epoch, the test's to move. */
export function theAsked(): Asked & { now: number } {
  let asked: Asked;
  let now = 0;
  beforeEach(async () => {
    now = Date.now();
    asked = await startAsked(() => now);
  });
  afterEach(() => asked.world.stop());
  return {
    get world() {
      return asked.world;
    },
    get inlet() {
      return asked.inlet;
    },
    get root() {
      return asked.root;
    },
    get now() {
      return now;
    },
    set now(ms) {
      now = ms;
    },
  };
}
