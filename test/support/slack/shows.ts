/** Waits until a thread of the emulated Slack shows what a test expects of it. */
import { expect } from "vitest";
import type { SlackMessage, SlackWorld } from "./world.ts";

/** Resolves with the bot's messages when the thread shows messages like these, in this order, and no others. */
export async function shows(world: SlackWorld, root: string, ...lines: RegExp[]): Promise<SlackMessage[]> {
  await expect
    .poll(() => world.screen(root), { interval: 30 })
    .toEqual(lines.map((line) => expect.stringMatching(line)));
  return (await world.thread(root)).filter((message) => message.user === "U0BOT");
}
