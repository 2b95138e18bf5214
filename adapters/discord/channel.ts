/** Discord as a Channel: the gateway brings what is said, REST makes what should stand. */
import type { Capabilities, Channel, Inlet } from "../../src/core/ports/channel.ts";
import { ChannelError } from "../../src/core/ports/channel-error.ts";
import { Places } from "./address.ts";
import { helpText } from "./listen/commands.ts";
import { Listener } from "./listen/listener.ts";
import { channelName } from "./listen/parse.ts";
import { SecondBot } from "./listen/second-bot.ts";
import { tellElsewhere } from "./send/elsewhere.ts";
import { post } from "./send/post.ts";
import { whisper } from "./send/whisper.ts";
import { type DiscordOptions, type Line, restClient, type Session } from "./session.ts";

const can: Capabilities = {
  edit: true,
  buttons: true,
  react: true,
  help: helpText,
  maxText: 4_000,
  minIntervalMs: 1_500,
};

/** `identifyGapMs`: least time between two sessions; Discord asks for five seconds. */
export function discordChannel(options: DiscordOptions, identifyGapMs = 5_000): Channel {
  const rest = restClient(options.token, options.apiUrl);
  const line: Line = { options, rest, places: new Places(rest) };
  const heard = { typed: new Map(), secondBot: new SecondBot(options) } satisfies Partial<Session>;
  let listening: Listener | null = null;
  let inlet: Inlet | null = null;

  return {
    name: channelName,
    can,
    // A second session of a gateway would hear everything twice.
    single: true,
    async start(opened) {
      inlet = opened;
      listening = new Listener({ ...line, ...heard, inlet }, identifyGapMs);
      await listening.start();
    },
    async stop() {
      await listening?.stop();
      rest.clearHandlerSweeper();
      rest.clearHashSweeper();
    },
    async post(delivery) {
      try {
        return await post(line, delivery, inlet);
      } catch (error) {
        if (inlet !== null && error instanceof ChannelError && error.failure.type === "place")
          await tellElsewhere({ ...line, ...heard, inlet }, delivery, error);
        throw error;
      }
    },
    identify: async (actor) => actor,
    whisper: (inbound, outcome) => whisper(line, inbound, outcome),
    handle: () => null,
    health: () => listening?.health() ?? { ok: false, detail: "not started" },
  };
}
