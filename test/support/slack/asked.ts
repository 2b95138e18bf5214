/** The emulated Slack after somebody has asked the bot for something, by a clock that the test sets. */
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
