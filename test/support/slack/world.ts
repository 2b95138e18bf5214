/** A workspace with people who talk, press and submit, through either transport; and the bot's channel in it. */

import { createHmac } from "node:crypto";
import { SlackChannel } from "../../../adapters/slack/channel.ts";
import type { SlackOptions } from "../../../adapters/slack/options.ts";
import type { Channel } from "../../../src/core/ports/channel.ts";
import { clockOf } from "../clock.ts";
import { SlackEdge } from "./edge.ts";
import { tokens } from "./emulator.ts";

export type Transport = "socket" | "http";

export interface SlackMessage {
  ts: string;
  user: string;
  text: string;
  thread_ts?: string;
  blocks?: Record<string, unknown>[];
  metadata?: { event_payload: Record<string, unknown> };
  files?: { name: string }[];
}

type Body = Record<string, unknown>;

const quiet = { info() {}, warn() {}, error() {} };

export class SlackWorld {
  readonly edge: SlackEdge;
  readonly transport: Transport;
  readonly team = "T000000001";
  readonly ids: Readonly<Record<string, string>>;
  channel: Channel;
  #events = 0;
  /** What people wrote; all else in the workspace is the bot's. */
  readonly #written = new Set<string>();

  private constructor(
    edge: SlackEdge,
    transport: Transport,
    ids: Record<string, string>,
    change: Partial<SlackOptions>,
  ) {
    this.edge = edge;
    this.transport = transport;
    this.ids = ids;
    this.channel = this.makeChannel(change);
  }

  static async start(transport: Transport = "http", change: Partial<SlackOptions> = {}): Promise<SlackWorld> {
    const edge = await SlackEdge.start();
    const users = (await edge.ask("users.list", {})).members as { id: string; name: string }[];
    const { channels } = (await edge.ask("conversations.list", {}, tokens.dana)) as {
      channels: { id: string; name: string }[];
    };
    const ids = Object.fromEntries([...users, ...channels].map(({ id, name }) => [name, id]));
    await edge.ask("conversations.join", { channel: ids.ops ?? "" });
    return new SlackWorld(edge, transport, ids, change);
  }

  /** Another process of the same bot. */
  makeChannel(change: Partial<SlackOptions> = {}): Channel {
    return new SlackChannel({
      botToken: tokens.bot,
      appToken: this.transport === "socket" ? tokens.app : null,
      signingSecret: this.transport === "http" ? tokens.secret : null,
      apiUrl: `${this.edge.url}/api/`,
      publicUrl: "https://belay.example",
      clock: clockOf(() => Date.now()),
      log: quiet,
      trustedLinkHosts: [],
      ...change,
    });
  }

  async stop(): Promise<void> {
    await this.channel.stop();
    await this.edge.stop();
  }

  id(name: string): string {
    const id = this.ids[name];
    if (id === undefined) throw new Error(`nobody and nothing is called ${name}`);
    return id;
  }

  /** Somebody writes into #ops; the bot is not told yet. `shows`: blocks and attachments. Returns the message's ts. */
  async write(text: string, options: { root?: string; shows?: Body } = {}): Promise<string> {
    const thread = options.root === undefined ? {} : { thread_ts: options.root };
    const shown = Object.entries(options.shows ?? {}).map(([name, value]) => [name, JSON.stringify(value)]);
    const message = { channel: this.id("ops"), text, ...thread, ...Object.fromEntries(shown) };
    const ts = String((await this.edge.ask("chat.postMessage", message, tokens.dana)).ts);
    this.#written.add(ts);
    return ts;
  }

  /** Somebody writes, and Slack tells the bot (a mention: twice). Returns the message's ts. */
  async say(text: string, options: { root?: string; user?: string; shows?: Body } = {}): Promise<string> {
    const ts = await this.write(text, options);
    await Promise.all(this.eventsOf(text, ts, options).map((event) => this.deliver(event)));
    return ts;
  }

  /** The event callbacks that Slack sends for a message. */
  eventsOf(text: string, ts: string, options: { root?: string; user?: string; shows?: Body } = {}): Body[] {
    const user = this.id(options.user ?? "dana");
    const { root } = options;
    const begunBy = root !== undefined && this.#written.has(root) ? this.id("dana") : "U0BOT";
    const thread = root === undefined ? {} : { thread_ts: root, parent_user_id: begunBy };
    const place = { channel: this.id("ops"), team: this.team, event_ts: ts, ...thread };
    const event = { user, text, ts, ...place, ...options.shows };
    const message = this.eventOf({ ...event, type: "message", channel_type: "channel" });
    return text.includes("<@U0BOT>") ? [this.eventOf({ ...event, type: "app_mention" }), message] : [message];
  }

  eventOf(event: Body): Body {
    const authorizations = [
      { team_id: this.team, user_id: "U0BOT", is_bot: true, is_enterprise_install: false },
    ];
    return {
      type: "event_callback",
      team_id: this.team,
      api_app_id: "A1",
      event,
      event_id: `Ev${++this.#events}`,
      authorizations,
    };
  }

  async slash(text: string, change: Body = {}): Promise<unknown> {
    return this.deliver({
      command: "/agent",
      text,
      team_id: this.team,
      channel_id: this.id("ops"),
      user_id: this.id("dana"),
      user_name: "dana",
      api_app_id: "A1",
      is_enterprise_install: "false",
      response_url: `${this.edge.url}/respond/1`,
      trigger_id: await this.trigger("dana"),
      ...change,
    });
  }

  /** Press the button of a message whose action id begins like this; `choice`: the one that stands for this value. */
  async press(action: string, message: SlackMessage, user = "dana", choice?: string): Promise<unknown> {
    const buttons = (message.blocks ?? []).flatMap((block) => (block.elements as Body[] | undefined) ?? []);
    const button = buttons.find((element) => {
      const isMeant = choice === undefined || String(element.value).includes(`"v":${JSON.stringify(choice)}`);
      return isMeant && String(element.action_id ?? "").startsWith(`belay:${action}:`);
    });
    if (!button) throw new Error(`no ${action} button on: ${JSON.stringify(message)}`);
    return this.deliver({
      type: "block_actions",
      user: { id: this.id(user), username: user, team_id: this.team },
      api_app_id: "A1",
      container: {
        type: "message",
        message_ts: message.ts,
        channel_id: this.id("ops"),
        thread_ts: message.thread_ts,
      },
      trigger_id: await this.trigger(user),
      team: { id: this.team, domain: "example" },
      channel: { id: this.id("ops"), name: "ops" },
      message,
      response_url: `${this.edge.url}/respond/2`,
      actions: [{ ...button, type: "button", action_ts: "1.1" }],
    });
  }

  /** Submit a modal that the bot has opened. `values`: block id → action id → state. */
  submit(view: Body, values: Body, user = "dana", viewId = "V1"): Promise<unknown> {
    return this.deliver({
      type: "view_submission",
      team: { id: this.team, domain: "example" },
      user: { id: this.id(user), username: user, team_id: this.team },
      api_app_id: "A1",
      view: { ...view, id: viewId, state: { values } },
    });
  }

  /** The last modal that was opened. */
  modal(): Body {
    return JSON.parse(this.edge.callsOf("views.open").at(-1)?.body.view ?? "{}") as Body;
  }

  async trigger(user: string): Promise<string> {
    return String((await this.edge.ask("views.generateTriggerId", { user_id: this.id(user) })).trigger_id);
  }

  /** Through the transport, as Slack does it; resolves with the bot's answer. Throws when it is refused. */
  async deliver(payload: Body): Promise<unknown> {
    if (this.transport === "socket") {
      const type = payload.command ? "slash_commands" : payload.event ? "events_api" : "interactive";
      const answer = await this.edge.sockets.push(type, payload);
      return Object.keys(answer ?? {}).length === 0 ? null : answer;
    }
    const answer = await this.request(payload);
    if (!answer.ok) throw new Error(`refused: ${answer.status}`);
    const text = await answer.text();
    return text === "" ? null : JSON.parse(text);
  }

  /** A signed request, as Slack sends it. `change`: headers to send instead. */
  async request(payload: Body, change: Record<string, string> = {}): Promise<Response> {
    const isForm = payload.event === undefined && payload.type !== "url_verification";
    const form = payload.command ? (payload as Record<string, string>) : { payload: JSON.stringify(payload) };
    const body = isForm ? new URLSearchParams(form).toString() : JSON.stringify(payload);
    const headers = {
      "content-type": isForm ? "application/x-www-form-urlencoded" : "application/json",
      ...slackSignature(body, change["x-slack-request-timestamp"]),
      ...change,
    };
    const request = new Request("http://127.0.0.1/slack/events", { method: "POST", headers, body });
    return (await this.channel.handle(request)) ?? new Response(null, { status: 404 });
  }

  /** What stands in the thread, oldest first, the root included. */
  async thread(root: string): Promise<SlackMessage[]> {
    return (await this.edge.ask("conversations.replies", { channel: this.id("ops"), ts: root }))
      .messages as SlackMessage[];
  }

  /** What the bot shows in a thread: one line a message, oldest first. */
  async screen(root: string): Promise<string[]> {
    const own = (await this.thread(root)).filter((message) => message.user === "U0BOT");
    return own.map(({ text }) => text.replaceAll("\u200b", ""));
  }

  /** Root messages of #ops, newest first. */
  async roots(): Promise<SlackMessage[]> {
    return (await this.edge.ask("conversations.history", { channel: this.id("ops") }))
      .messages as SlackMessage[];
  }

  address(root: string): string {
    return `slack:${this.team}/${this.id("ops")}/${root}`;
  }
}

/** The headers that prove a body. `timestamp`: seconds since the epoch; now when left out. */
export function slackSignature(
  body: string,
  timestamp = String(Math.floor(Date.now() / 1000)),
): Record<string, string> {
  const digest = createHmac("sha256", tokens.secret).update(`v0:${timestamp}:${body}`).digest("hex");
  return { "x-slack-request-timestamp": timestamp, "x-slack-signature": `v0=${digest}` };
}
