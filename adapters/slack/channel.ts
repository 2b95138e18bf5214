/** Slack as a channel of the core, in Socket Mode or over HTTP. */
import {
  type Channel,
  ChannelError,
  type Delivery,
  type Inbound,
  type Inlet,
} from "../../src/core/ports/channel.ts";
import { maxMarkdown } from "./draw/render.ts";
import { slackCode } from "./errors.ts";
import { boltApp } from "./listen/bolt.ts";
import { ear } from "./listen/hear.ts";
import { slackReceiver } from "./listen/receiver.ts";
import { type SlackOptions, webClient } from "./options.ts";
import type { Bot } from "./parsed.ts";
import { people } from "./people.ts";
import { post } from "./send/post.ts";
import { type Paces, paces } from "./send/rates.ts";
import { type SessionStatuses, sessionStatuses } from "./send/status.ts";
import { tell, whisper } from "./send/whisper.ts";
import type { Session } from "./session.ts";

interface Running {
  session: Session;
  rates: Paces;
  statuses: SessionStatuses;
}

const mostSenders = 200;

export function slackChannel(options: SlackOptions): Channel {
  const receiver = slackReceiver(options);
  let running: Running | null = null;
  let trouble = "not started";
  /** Where the senders of recent slash commands are reached when their run can't speak in the channel. */
  const senders = new Map<string, Inbound["replyTo"]>();
  /** Private words on their way: nobody waits for them but stop(). */
  const whispers = new Set<Promise<void>>();

  const begin = async (inlet: Inlet): Promise<Running> => {
    const client = webClient(options);
    const bot = await whoAmI(client);
    const known = people(client, bot.team, options.clock, options.log);
    const session: Session = { options, client, people: known, bot, inlet };
    const listening = ear(session, {
      revoked() {
        trouble = "the app was uninstalled or its token revoked";
        running = null;
        options.log.error({ channel: "slack" }, "slack took the token back");
      },
      command: ({ address, replyTo }) => {
        if (address !== null) remember(senders, address, replyTo);
      },
    });
    boltApp(options, receiver, bot, listening);
    return { session, rates: paces(session), statuses: sessionStatuses(session) };
  };

  const sayWhyNot = async ({ session }: Running, delivery: Delivery, error: ChannelError): Promise<void> => {
    const sender = senders.get(delivery.address);
    if (sender === undefined || !error.permanent) return;
    senders.delete(delivery.address);
    await tell(session, sender, `I can't write in this channel. ${error.message}`).catch(() => {});
  };

  return {
    name: "slack",
    can: {
      edit: true,
      buttons: true,
      react: true,
      maxText: maxMarkdown,
      minIntervalMs: 250,
      maxAgeMs: 24 * 3_600_000,
    },

    async start(inlet) {
      try {
        // Before the first event can arrive, whoever hears it must be there.
        running = await begin(inlet);
        await receiver.start().catch(socketTrouble);
      } catch (error) {
        running = null;
        trouble = error instanceof Error ? error.message : String(error);
        throw error;
      }
      void running.statuses.repair().catch(() => {});
      options.log.info({ channel: "slack", team: running.session.bot.team }, "slack channel started");
    },

    async stop() {
      await receiver.stop();
      running?.statuses.stop();
      await Promise.allSettled(whispers);
    },

    async post(delivery) {
      if (running === null) throw new ChannelError(`Slack: ${trouble}`, { retryAfterMs: 15_000 });
      try {
        const stands = await post(running.session, running.rates, delivery);
        running.statuses.show(delivery.runId, stands.address ?? delivery.address);
        senders.delete(delivery.address);
        return stands;
      } catch (error) {
        if (error instanceof ChannelError) await sayWhyNot(running, delivery, error);
        throw error;
      }
    },

    async whisper(inbound, outcome) {
      if (running === null) return;
      const word = whisper(running.session, inbound, outcome);
      whispers.add(word);
      void word.finally(() => whispers.delete(word));
    },

    handle: (request) => receiver.handle(request),

    health: () => (running === null ? { ok: false, detail: trouble } : receiver.health()),
  };
}

function remember(
  senders: Map<string, Inbound["replyTo"]>,
  address: string,
  replyTo: Inbound["replyTo"],
): void {
  senders.set(address, replyTo);
  const [oldest] = senders.keys();
  if (senders.size > mostSenders && oldest !== undefined) senders.delete(oldest);
}

async function whoAmI(client: Session["client"]): Promise<Bot> {
  try {
    const found = await client.auth.test();
    if (!found.team_id || !found.user_id) throw new Error("auth.test did not say who this is");
    return {
      team: found.team_id,
      enterprise: found.enterprise_id ?? null,
      user: found.user_id,
      bot: found.bot_id ?? null,
    };
  } catch (error) {
    const code = slackCode(error);
    const what = code ?? (error instanceof Error ? error.message : String(error));
    const fix =
      code === null ? "Is Slack reachable from here?" : "Check SLACK_BOT_TOKEN (it starts with xoxb-).";
    throw new Error(`Slack did not accept the bot token: ${what}. ${fix}`, { cause: error });
  }
}

function socketTrouble(error: unknown): never {
  const what = slackCode(error) ?? (error instanceof Error ? error.message : "closed before the hello");
  const fix =
    "Check SLACK_APP_TOKEN (it starts with xapp- and has connections:write) and that Socket Mode is on.";
  throw new Error(`Slack's Socket Mode did not connect: ${what}. ${fix}`, { cause: error });
}
