/** Tools that work on the bot itself, which is made after the configuration: agents may name them, whatever that lists. */
import type { Tool } from "./contract.ts";
import { eventUrl } from "./event-url.ts";
import { type Past, pastRuns } from "./past-runs.ts";

export function botTools(bot: { eventUrl: Parameters<typeof eventUrl>[0]; past: Past }): Tool[] {
  return [eventUrl(bot.eventUrl), pastRuns(bot.past)];
}

const noBot = () => {
  throw new Error("there is no bot yet");
};

/** For what only has to know their declarations. */
export const botToolsDeclared: readonly Tool[] = botTools({
  eventUrl: noBot,
  past: { find: noBot, urlOf: noBot },
});
