/** Slack as a channel of the core, in Socket Mode or over HTTP. */
import { type Channel, ChannelError, type Inbound, type Inlet } from "../../src/core/ports.ts";
import { boltApp } from "./bolt.ts";
import { slackCode } from "./errors.ts";
import { ear } from "./hear.ts";
import { type SlackOptions, webClient } from "./options.ts";
import type { Bot } from "./parsed.ts";
import { people } from "./people.ts";
import { type Paces, paces, post } from "./post.ts";
import { slackReceiver } from "./receiver.ts";
import { maxMarkdown } from "./render.ts";
import type { Session } from "./session.ts";
import { type SessionStatuses, sessionStatuses } from "./status.ts";
import { tell, whisper } from "./whisper.ts";

interface Running {
  session: Session;
  rates: Paces;
  statuses: SessionStatuses;
}

const mostCommands = 200;

export function slackChannel(options: SlackOptions): Channel {
  const receiver = slackReceiver(options);
  let running: Running | null = null;
  let revoked = false;
  /** Where the senders of recent slash commands can be reached when their run can't speak in the channel. */
  const commands = new Map<string, Record<string, string>>();

  const inletThatRemembers = (inlet: Inlet): Inlet => ({
    ...inlet,
    accept: (inbound: Inbound) => {
      if (inbound.replyTo.via === "slash" && inbound.address !== null) {
        commands.set(inbound.address, inbound.replyTo);
        const [oldest] = commands.keys();
        if (commands.size > mostCommands && oldest !== undefined) commands.delete(oldest);
      }
      return inlet.accept(inbound);
    },
  });

  return {
    name: "slack",
    can: {
      edit: true,
      buttons: true,
      maxText: maxMarkdown,
      minIntervalMs: 3000,
      maxAgeMs: 24 * 3_600_000,
    },

    async start(inlet) {
      const client = webClient(options);
      const bot = await whoAmI(client);
      const known = people(client, bot.team, options.clock, options.log);
      const session: Session = { options, client, people: known, bot, inlet: inletThatRemembers(inlet) };
      const statuses = sessionStatuses(session);
      running = { session, rates: paces(session), statuses };
      const listening = ear(session, () => {
        revoked = true;
        options.log.error({ channel: "slack" }, "slack took the bot's token back");
      });
      boltApp(options, receiver, bot, listening);
      try {
        await receiver.start();
      } catch (error) {
        throw new Error(socketTrouble(error), { cause: error });
      }
      void statuses.repair().catch(() => {});
      options.log.info({ channel: "slack", team: bot.team }, "slack channel started");
    },

    async stop() {
      await receiver.stop();
    },

    async post(delivery) {
      if (running === null) throw new ChannelError("Slack has not started");
      const { session, rates, statuses } = running;
      try {
        const stands = await post(session, rates, delivery);
        statuses.show(delivery.runId, stands.address ?? delivery.address);
        commands.delete(delivery.address);
        return stands;
      } catch (error) {
        const sender = commands.get(delivery.address);
        if (sender && error instanceof ChannelError && error.permanent) {
          commands.delete(delivery.address);
          await tell(session, sender, `I can't write there: ${error.message}`).catch(() => {});
        }
        throw error;
      }
    },

    async whisper(inbound, outcome) {
      if (running !== null) await whisper(running.session, inbound, outcome);
    },

    handle: (request) => receiver.handle(request),

    health() {
      if (revoked) return { ok: false, detail: "the app was uninstalled or its token revoked" };
      return running === null ? { ok: false, detail: "not started" } : receiver.health();
    },
  };
}

async function whoAmI(client: Session["client"]): Promise<Bot> {
  try {
    const found = await client.auth.test();
    if (!found.team_id || !found.user_id) throw new Error("auth.test did not say who this is");
    return { team: found.team_id, user: found.user_id, bot: found.bot_id ?? null };
  } catch (error) {
    const code = slackCode(error);
    const what = code ?? (error instanceof Error ? error.message : String(error));
    const fix =
      code === null ? "Is Slack reachable from here?" : "Check SLACK_BOT_TOKEN (it starts with xoxb-).";
    throw new Error(`Slack did not accept the bot token: ${what}. ${fix}`, { cause: error });
  }
}

function socketTrouble(error: unknown): string {
  const what = slackCode(error) ?? (error instanceof Error ? error.message : "closed before the hello");
  return `Slack's Socket Mode did not connect: ${what}. Check SLACK_APP_TOKEN (it starts with xapp- and has connections:write) and that Socket Mode is on.`;
}
