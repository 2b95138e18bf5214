/** A bot on Slack that is started again whenever it was killed, and the Slack that outlives it. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { vi } from "vitest";
import type { ChildWord, ParentWord } from "./child.ts";
import { SlackWorld, type Transport } from "./world.ts";

const child = join(import.meta.dirname, "child.ts");

/** A story has failed when it is not told by then. */
const lateMs = 30_000;

/** After the n-th write to the store (0: instead of the first), or when Slack has just done the n-th change of a message. */
export type Death = { at: "write" | "call"; n: number } | { at: "never" };

export class SlackLife {
  readonly world: SlackWorld;
  readonly #root: string;
  readonly #folder: string;
  #bot: ChildProcess;
  /** Has read its code already and waits: so a restart takes no time. */
  #spare: ChildProcess;
  #death: Death = { at: "never" };
  #listening = Promise.withResolvers<number>();
  #owed = Promise.withResolvers<number>();
  /** Since the last death that was expected. */
  count = { deaths: 0, writes: 0, calls: 0 };

  private constructor(world: SlackWorld, root: string) {
    this.world = world;
    this.#root = root;
    this.#folder = mkdtempSync(join(root, "life-"));
    this.#spare = this.#fork();
    this.#bot = this.#start();
    world.edge.interrupt = ({ method }) => method.startsWith("chat.") && this.#called();
    // The bot listens in the child; what Slack sends goes there.
    world.channel = { ...world.channel, handle: (request) => this.#forward(request) };
  }

  /** `root`: a folder for databases and compiled code. */
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
      if (world.transport === "socket") await world.edge.sockets.pushUntilAcked("events_api", event);
      else await vi.waitFor(() => world.deliver(event), { timeout: lateMs, interval: 20 });
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
    const late = new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error(`${JSON.stringify(this.#death)} shows ${screen}`)), lateMs).unref();
    });
    await Promise.race([this.world.edge.until(isShown), late]);
  }

  /** Resolves when all is delivered and nothing waits in the inbox. */
  async untilQuiet(): Promise<void> {
    const ask = async () => {
      this.#owed = Promise.withResolvers<number>();
      this.#tell({ type: "what is owed?" });
      const count = await this.#owed.promise;
      if (count > 0) throw new Error(`${count} posts or messages are left`);
    };
    await vi.waitFor(ask, { timeout: lateMs, interval: 20 });
  }

  async end(): Promise<void> {
    for (const process of [this.#bot, this.#spare]) {
      process.removeAllListeners("exit");
      const gone = once(process, "exit");
      process.kill("SIGKILL");
      await gone;
    }
    await this.world.edge.stop();
  }

  #fork(): ChildProcess {
    // Compiled code is kept between the many processes: most of a child's life is its start.
    const env = { ...process.env, NODE_COMPILE_CACHE: join(this.#root, "compiled") };
    const args = [this.#folder, `${this.world.edge.url}/api/`, this.world.transport];
    return fork(child, args, { env, execArgv: [], stdio: ["ignore", "ignore", "inherit", "ipc"] });
  }

  #start(): ChildProcess {
    const bot = this.#spare;
    this.#listening = Promise.withResolvers<number>();
    bot.on("message", (word: ChildWord) => this.#hear(word));
    bot.once("exit", () => this.#died());
    bot.send({ type: "begin" } satisfies ParentWord);
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
    if (this.#bot.connected) this.#bot.send(word);
    else this.#owed.reject(new Error("the bot is dead"));
  }

  /** True: the bot dies before it learns what became of this call. */
  #called(): boolean {
    this.count.calls += 1;
    const isLast = this.#death.at === "call" && this.#death.n === this.count.calls;
    if (isLast) this.#bot.kill("SIGKILL");
    return isLast;
  }

  async #forward(request: Request): Promise<Response> {
    const port = await this.#listening.promise;
    const { method, headers } = request;
    return fetch(`http://127.0.0.1:${port}/slack/events`, { method, headers, body: await request.text() });
  }
}
