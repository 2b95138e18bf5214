/** The bots under fault: each is started, killed, stopped, woken, and started again at its own port. */
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Child, type Ended, startChild } from "../../support/child.ts";
import { freePort } from "../../support/free-port.ts";
import type { Dice } from "./dice.ts";
import { isTaken, type Letter, type Sent, send } from "./send.ts";

const root = resolve(import.meta.dirname, "..", "..", "..");
const limitMs = 4 * 60 * 60_000;
const token = "token-of-the-fault-kit";

export interface BotsOptions {
  count: number;
  /** Gets belay.config.ts, prompts and data; the bots share it. */
  folder: string;
  databaseUrl(bot: string): string;
  env: Record<string, string>;
  /** Of the source, by name: see changes.ts. */
  changes: readonly string[];
  /**
   * The database died since the start began (`since`, ms) or a moment before: then it may fail, and whatever keeps the
   * bot alive tries again.
   */
  mayStartFail(since: number): boolean;
  /** A bot ended that nobody killed. */
  broken(what: string): void;
}

export class Bot {
  readonly name: string;
  readonly url: string;
  state: "down" | "starting" | "up" | "asleep" = "down";
  readonly #options: BotsOptions;
  readonly #port: number;
  #child: Child | null = null;

  constructor(name: string, port: number, options: BotsOptions) {
    this.name = name;
    this.#port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.#options = options;
  }

  /** Resolves when it is ready, or was killed before it was. */
  async start(): Promise<void> {
    const { folder, databaseUrl, env, changes } = this.#options;
    const child = startChild("test/faults/whole/bot-child.ts", [folder, ...changes], {
      env: {
        ...{ PATH: process.env.PATH, PORT: String(this.#port), LOG_LEVEL: "fatal", BELAY_TOKEN: token },
        ...{ DATABASE_URL: databaseUrl(this.name), OPENAI_API_KEY: this.name, FAULTS_BOT: this.name, ...env },
      },
      limitMs,
    });
    this.#child = child;
    this.state = "starting";
    const isReady = child.says("ready\n").then(
      () => true,
      () => false,
    );
    const since = Date.now();
    child.ended.then((ended) => this.#over(child, ended, since));
    if ((await isReady) && this.#child === child) this.state = "up";
  }

  /** Nobody killed it: what keeps bots alive starts another one, and the judge is told. */
  #over(child: Child, ended: Ended, since: number): void {
    if (this.#child !== child) return;
    const { broken, mayStartFail } = this.#options;
    const isExcused = this.state === "starting" && mayStartFail(since);
    if (!isExcused) broken(child.failure(ended, `(${this.name}) ended by itself`).message);
    const wasReady = this.state === "up" || this.state === "asleep";
    this.state = "down";
    // What can't start is not tried for ever.
    if (wasReady || isExcused) this.start();
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    this.state = "down";
    await child?.kill();
  }

  sleep(): void {
    this.state = "asleep";
    this.#child?.process.kill("SIGSTOP");
  }

  wake(): void {
    this.state = "up";
    this.#child?.process.kill("SIGCONT");
  }

  /** As whoever holds the token. */
  api(letter: Letter): Promise<Sent> {
    const headers = {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      ...letter.headers,
    };
    return send(this.url, { ...letter, headers });
  }
}

export class Bots {
  readonly all: readonly Bot[];
  readonly #dice: Dice;

  private constructor(all: readonly Bot[], dice: Dice) {
    this.all = all;
    this.#dice = dice;
  }

  static async start(options: BotsOptions, dice: Dice): Promise<Bots> {
    layOut(options.folder);
    const all: Bot[] = [];
    for (let n = 1; n <= options.count; n++) all.push(new Bot(`bot-${n}`, await freePort(), options));
    await Promise.all(all.map((bot) => bot.start()));
    return new Bots(all, dice);
  }

  /** As a balancer sends it: to somebody who was there a moment ago, dead by now or asleep. */
  anyone(): Bot {
    return this.#oneOf(({ state }) => state === "up" || state === "asleep");
  }

  /** As a person does it, who turns to another page when one does not load. */
  awake(): Bot {
    return this.#oneOf(({ state }) => state === "up");
  }

  #oneOf(isMeant: (bot: Bot) => boolean): Bot {
    const [first, ...rest] = this.all.filter(isMeant);
    const [any, ...others] = this.all;
    if (first) return this.#dice.of(first, ...rest);
    if (any) return this.#dice.of(any, ...others);
    throw new Error("there are no bots");
  }

  /** Asks until somebody answers. */
  async ask(path: string): Promise<unknown> {
    for (;;) {
      const sent = await this.awake().api({ method: "GET", path });
      if (isTaken(sent)) return JSON.parse(sent.text);
      await wait(100);
    }
  }

  get areAllDown(): boolean {
    return this.all.every(({ state }) => state === "down" || state === "starting");
  }

  get isAnyAsleep(): boolean {
    return this.all.some(({ state }) => state === "asleep");
  }

  async stop(): Promise<void> {
    await Promise.all(this.all.map((bot) => bot.kill()));
  }
}

function layOut(folder: string): void {
  const config = JSON.stringify(join(import.meta.dirname, "bot-config.ts"));
  mkdirSync(join(folder, "data"), { recursive: true });
  mkdirSync(join(folder, "prompts"), { recursive: true });
  writeFileSync(join(folder, "belay.config.ts"), `export { botConfig as default } from ${config};\n`);
  writeFileSync(join(folder, "ci.md"), "Do what the delivery's plan says.\n");
  cpSync(join(root, "prompts", "base_system.md"), join(folder, "prompts", "base_system.md"));
  const tools = "[look, note, pay, deploy, job, ask_human, sleep_until, final_answer]";
  const front = `name: default\ndescription: Works off a plan.\ntools: ${tools}`;
  writeFileSync(join(folder, "prompts", "default.md"), `---\n${front}\n---\nWork off the plan.\n`);
}
