/** A bot on Slack that is started again whenever it was killed, and the Slack that outlives it. */

import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { vi } from "vitest";
import { around } from "../channel.ts";
import { type Child, startChild } from "../child.ts";
import type { ChildWord, ParentWord } from "./child.ts";
import { SlackWorld, type Transport } from "./world.ts";

/** A story has failed when it is not told by then. */
const lateMs = 60_000;

/**
 * After the n-th write to the store (0: instead of the first), or when Slack has just done the
 * n-th change of a message.
 */
export type Death = { at: "write" | "call"; n: number } | { at: "never" };

export class SlackLife {
  readonly world: SlackWorld;
  readonly #folder: string;
  #bot: Child;
  /** Has read its code already and waits: so a restart takes no time. */
  #spare: Child;
  #death: Death = { at: "never" };
  #isOver = false;
  /** Rejects when a bot ends that nobody killed: the story can't go on. */
  readonly #broken = Promise.withResolvers<never>();
  #listening = Promise.withResolvers<number>();
  #owed = Promise.withResolvers<number>();
  /** Since the last death that was expected. */
  count = { deaths: 0, writes: 0, calls: 0 };

  private constructor(world: SlackWorld, root: string) {
    this.world = world;
    this.#folder = mkdtempSync(join(root, "life-"));
    this.#spare = this.#fork();
    this.#bot = this.#start();
    world.edge.interrupt = ({ method }) => method.startsWith("chat.") && this.#called();
    this.#broken.promise.catch(() => {});
    // The bot listens in the child; what Slack sends goes there.
    world.channel = around(world.channel, { handle: (request) => this.#forward(request) });
  }

  /** `root`: a folder for databases. */
  static async begin(transport: Transport, root: string): Promise<SlackLife> {
    const life = new SlackLife(await SlackWorld.start(transport), root);
    await life.untilQuiet();
    return life;
  }

  expect(death: Death): void {
    this.#death = death;
    this.count = { deaths: 0, writes: 0, calls: 0 };
    this.#tell({ type: "die", after: death.at === "write" ? death.n : -1 });
  }

  /** As Slack does it: again until it is acknowledged. */
  async say(text: string, thread: { root?: string } = {}): Promise<string> {
    const { world } = this;
    const ts = await world.write(text, thread);
    for (const event of world.eventsOf(text, ts, thread)) {
      if (world.transport === "socket") {
        await this.#unlessBroken(world.edge.sockets.pushUntilAcked("events_api", event));
      } else {
        await this.#retried(() => world.deliver(event));
      }
    }
    return ts;
  }

  /** Resolves when the bot shows messages like these in the thread, in this order, and no others. */
  async untilShown(thread: string, ...lines: RegExp[]): Promise<void> {
    let screen: string[] = [];
    const isShown = async () => {
      screen = await this.world.screen(thread);
      return screen.length === lines.length && lines.every((line, index) => line.test(screen[index] ?? ""));
    };
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(new Error(`${JSON.stringify(this.#death)} shows ${screen}`)),
      lateMs,
    );
    try {
      await this.#unlessBroken(Promise.race([this.world.edge.until(isShown), late.promise]));
    } finally {
      clearTimeout(timer);
    }
  }

  /** Resolves when all is delivered and nothing waits in the inbox. */
  async untilQuiet(): Promise<void> {
    await this.#retried(async () => {
      this.#owed = Promise.withResolvers<number>();
      this.#tell({ type: "what is owed?" });
      const count = await this.#owed.promise;
      if (count > 0) throw new Error(`${count} posts or messages are left`);
    });
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all([this.#bot.kill(), this.#spare.kill()]);
    await this.world.edge.stop();
  }

  #unlessBroken<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#broken.promise]);
  }

  #retried(attempt: () => Promise<unknown>): Promise<unknown> {
    return this.#unlessBroken(vi.waitFor(attempt, { timeout: lateMs, interval: 20 }));
  }

  #fork(): Child {
    const args = [this.#folder, `${this.world.edge.url}/api/`, this.world.transport];
    return startChild("test/support/slack/child.ts", args, { ipc: true });
  }

  #start(): Child {
    const bot = this.#spare;
    this.#listening = Promise.withResolvers<number>();
    bot.process.on("message", (word: ChildWord) => this.#hear(word));
    bot.ended.then((ended) => {
      if (this.#isOver) return;
      if (ended.signal === "SIGKILL" && ended.errors === "") this.#died();
      else this.#broken.reject(bot.failure(ended, "ended by itself"));
    });
    bot.process.send({ type: "begin" } satisfies ParentWord);
    this.#spare = this.#fork();
    return bot;
  }

  #died(): void {
    this.count.deaths += 1;
    this.#owed.reject(new Error("the bot died"));
    this.#bot = this.#start();
  }

  #hear(word: ChildWord): void {
    if (word.type === "wrote") this.count.writes += 1;
    else if (word.type === "owes") this.#owed.resolve(word.count);
    else this.#listening.resolve(word.port);
  }

  #tell(word: ParentWord): void {
    const unheard = () => this.#owed.reject(new Error("the bot is dead"));
    if (this.#bot.process.connected) this.#bot.process.send(word, (error) => error && unheard());
    else unheard();
  }

  /** True: the bot dies before it learns what became of this call. */
  #called(): boolean {
    this.count.calls += 1;
    const isLast = this.#death.at === "call" && this.#death.n === this.count.calls;
    if (isLast) this.#bot.process.kill("SIGKILL");
    return isLast;
  }

  async #forward(request: Request): Promise<Response> {
    const port = await this.#listening.promise;
    const { method, headers } = request;
    return fetch(`http://127.0.0.1:${port}/slack/events`, { method, headers, body: await request.text() });
  }
}
