/** Slack as a channel of the core, in Socket Mode or over HTTP. */

import type { Actor } from "../../src/core/actor.ts";
import type { Capabilities, Channel, Delivery, Inlet } from "../../src/core/ports/channel.ts";
import { ChannelError } from "../../src/core/ports/channel-error.ts";
import type { Inbound, Outcome } from "../../src/core/ports/inbound.ts";
import { thrown } from "../../src/core/text/thrown.ts";
import { maxMarkdown } from "./draw/render.ts";
import { slackCode } from "./errors.ts";
import { webClient } from "./following.ts";
import { boltApp } from "./listen/bolt.ts";
import { Ear } from "./listen/hear.ts";
import { type SlackReceiver, slackReceiver } from "./listen/receiver.ts";
import { movedTo } from "./moved.ts";
import type { SlackOptions } from "./options.ts";
import type { Bot } from "./parsed.ts";
import { People } from "./people.ts";
import { tellElsewhere } from "./send/elsewhere.ts";
import { post } from "./send/post.ts";
import { type Paces, paces } from "./send/rates.ts";
import { SessionStatuses } from "./send/status.ts";
import { whisper } from "./send/whisper.ts";
import type { Session } from "./session.ts";

interface Running {
  session: Session;
  rates: Paces;
  statuses: SessionStatuses;
}

const mostSenders = 200;
/** For asking again who somebody is, ms. */
const patientMs = 4000;

/** `start` asks Slack who the bot is and rejects with words for the operator when Slack refuses the token. */
export class SlackChannel implements Channel {
  readonly name = "slack";
  readonly can: Capabilities = {
    edit: true,
    buttons: true,
    react: true,
    maxText: maxMarkdown,
    minIntervalMs: 250,
  };
  readonly #options: SlackOptions;
  readonly #receiver: SlackReceiver;
  #running: Running | null = null;
  #trouble = "not started";
  /** Where the senders of recent slash commands are reached when their run can't speak in the channel. */
  readonly #senders = new Map<string, Inbound["replyTo"]>();

  constructor(options: SlackOptions) {
    this.#options = options;
    this.#receiver = slackReceiver(options);
  }

  async start(inlet: Inlet): Promise<void> {
    try {
      // Before the first event can arrive, whoever hears it must be there.
      this.#running = await this.#begin(inlet);
      await this.#receiver.start().catch(socketTrouble);
    } catch (error) {
      this.#running = null;
      this.#trouble = error instanceof Error ? error.message : thrown(error);
      throw error;
    }
    const { statuses, session } = this.#running;
    void statuses.repair().catch(() => {});
    this.#options.log.info({ channel: "slack", team: session.bot.team }, "slack channel started");
  }

  async stop(): Promise<void> {
    await this.#receiver.stop();
    this.#running?.statuses.stop();
  }

  async post(delivery: Delivery): ReturnType<Channel["post"]> {
    const running = this.#running;
    if (running === null)
      throw new ChannelError(`Slack: ${this.#trouble}`, { type: "wait", retryAfterMs: 15_000 });
    try {
      const stands = await post(running.session, running.rates, delivery);
      running.statuses.show(delivery.runId, stands.address ?? delivery.address);
      this.#senders.delete(delivery.address);
      return stands;
    } catch (error) {
      if (error instanceof ChannelError && error.failure.type === "place")
        await this.#sayWhyNot(running.session, delivery, error);
      throw error;
    }
  }

  /** Later there is no hurry: nobody waits for an acknowledgement. */
  async identify(actor: Actor): Promise<Actor | null> {
    return (await this.#running?.session.people.identify(actor, patientMs)) ?? null;
  }

  async whisper(inbound: Inbound, outcome: Outcome): Promise<void> {
    if (this.#running !== null) await whisper(this.#running.session, inbound, outcome);
  }

  handle(request: Request): Promise<Response> | null {
    return this.#receiver.handle(request);
  }

  health(): { ok: boolean; detail: string } {
    return this.#running === null ? { ok: false, detail: this.#trouble } : this.#receiver.health();
  }

  async #begin(inlet: Inlet): Promise<Running> {
    const options = this.#options;
    const client = webClient(options, (channel) => movedTo(inlet.store, channel));
    const bot = await whoAmI(client);
    const people = new People(client, bot.team, options.clock, options.log);
    const session: Session = { options, client, people, bot, inlet };
    const ear = new Ear(session, {
      revoked: () => this.#revoked(),
      command: ({ address, replyTo }) => {
        if (address !== null) remember(this.#senders, address, replyTo);
      },
    });
    boltApp(options, this.#receiver, bot, ear);
    return { session, rates: paces(session), statuses: new SessionStatuses(session) };
  }

  #revoked(): void {
    this.#trouble = "the app was uninstalled or its token revoked";
    this.#running = null;
    this.#options.log.error({ channel: "slack" }, "slack took the token back");
  }

  async #sayWhyNot(session: Session, delivery: Delivery, error: ChannelError): Promise<void> {
    const sender = this.#senders.get(delivery.address);
    this.#senders.delete(delivery.address);
    await tellElsewhere(session, delivery, error, sender);
  }
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
    const what = code ?? (error instanceof Error ? error.message : thrown(error));
    throw new Error(
      code === null
        ? `Slack can't be reached: ${what}. It is tried again; look whether this machine may connect to Slack.`
        : `Slack did not accept the bot token: ${what}. Check SLACK_BOT_TOKEN (it starts with xoxb-).`,
      { cause: error },
    );
  }
}

function socketTrouble(error: unknown): never {
  const what = slackCode(error) ?? (error instanceof Error ? error.message : "closed before the hello");
  const fix =
    "Check SLACK_APP_TOKEN (it starts with xapp- and has connections:write) and that Socket Mode is on.";
  throw new Error(`Slack's Socket Mode did not connect: ${what}. ${fix}`, { cause: error });
}
