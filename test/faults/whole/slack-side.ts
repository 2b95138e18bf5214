/** Slack as it outlives the bots: it sends again until it is answered, and keeps what stands in its channel. */
import { setTimeout as wait } from "node:timers/promises";
import { around } from "../../support/channel.ts";
import { type SlackMessage, SlackWorld, slackSignature } from "../../support/slack/world.ts";
import type { Bots } from "./bots.ts";
import { isTaken, send } from "./send.ts";

/** What the bot put up, as its own metadata tells it. */
export interface Post {
  message: SlackMessage;
  /** The root of its thread, or its own ts. */
  thread: string;
  id: string;
  part: number;
  run: string;
  key: string;
}

const patienceMs = 3_000;

export class SlackSide {
  readonly #world: SlackWorld;
  #bots: Bots | null = null;

  private constructor(world: SlackWorld) {
    this.#world = world;
    world.channel = around(world.channel, { handle: (request) => this.#forward(request) });
  }

  static async start(): Promise<SlackSide> {
    return new SlackSide(await SlackWorld.start("http"));
  }

  /** Whom it sends to from now on. */
  connect(bots: Bots): void {
    this.#bots = bots;
  }

  get apiUrl(): string {
    return `${this.#world.edge.url}/api/`;
  }

  get team(): string {
    return this.#world.team;
  }

  /** Where the runs of alerts speak. */
  get place(): string {
    return `slack:${this.#world.team}/${this.#world.id("ops")}`;
  }

  /** Resolves with the message's ts when a bot has acknowledged every event of it. */
  async say(text: string, root?: string): Promise<string> {
    const thread = root === undefined ? {} : { root };
    const ts = await this.#world.write(text, thread);
    for (const event of this.#world.eventsOf(text, ts, thread)) await this.#world.deliver(event);
    return ts;
  }

  async press(action: string, message: SlackMessage, value?: string): Promise<void> {
    await this.#world.press(action, message, "dana", value);
  }

  /** All posts of the bot in the channel, in all threads. */
  async posts(): Promise<Post[]> {
    const threads: Post[][] = [];
    for (const { ts } of await this.#roots()) threads.push(await this.thread(ts));
    return threads.flat();
  }

  /** The thread that a run has made for itself, or null. */
  async threadOf(run: string): Promise<string | null> {
    const root = (await this.#roots()).find((message) => postOf(message)?.run === run);
    return root?.ts ?? null;
  }

  /** The bot's posts in one thread. */
  async thread(root: string): Promise<Post[]> {
    return (await this.#world.thread(root)).flatMap((message) => postOf(message) ?? []);
  }

  async #roots(): Promise<SlackMessage[]> {
    const roots: SlackMessage[] = [];
    for (let cursor: string | undefined = ""; cursor !== undefined; ) {
      const page = await this.#world.edge.ask("conversations.history", {
        ...{ channel: this.#world.id("ops"), limit: "1000", cursor },
      });
      if (page.ok !== true) throw new Error(`Slack shows no history: ${JSON.stringify(page)}`);
      roots.push(...(page.messages as SlackMessage[]));
      cursor = (page.response_metadata as { next_cursor?: string }).next_cursor || undefined;
    }
    return roots;
  }

  async stop(): Promise<void> {
    await this.#world.edge.stop();
  }

  /** The same bytes, signed anew each time, to one bot after the other, until one takes them. */
  async #forward(request: Request): Promise<Response> {
    const body = await request.text();
    for (;;) {
      const headers = { ...Object.fromEntries(request.headers), ...slackSignature(body) };
      const letter = { method: "POST" as const, path: "/slack/events", headers, body };
      const bot = this.#bots?.anyone();
      const sent = bot && (await send(bot.url, letter, patienceMs));
      if (sent && isTaken(sent)) return new Response(sent.text, { status: sent.status });
      await wait(200);
    }
  }
}

function postOf(message: SlackMessage): Post | null {
  const payload = message.metadata?.event_payload;
  if (payload === undefined) return null;
  const { id, part, run, key } = payload;
  return {
    message,
    thread: message.thread_ts ?? message.ts,
    ...{ id: String(id), part: Number(part), run: String(run), key: String(key) },
  };
}
