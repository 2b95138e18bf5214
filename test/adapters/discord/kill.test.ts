/** Kill -9 whenever Discord has just done what it was asked: nothing is lost, nothing stands twice. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { type FakeDiscord, fakeDiscord } from "../../support/discord/fake.ts";
import { channels, ids, message } from "../../support/discord/payloads.ts";

const child = join(import.meta.dirname, "../../support/discord/child.ts");
const root = mkdtempSync(join(tmpdir(), "belay-discord-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A bot that is started again whenever it was killed, and the Discord that outlives it. */
class Life {
  readonly discord: FakeDiscord;
  readonly #folder: string;
  readonly #dieAt: number;
  #child: ChildProcess;
  calls = 0;
  deaths = 0;

  /** `dieAt`: the how manieth call to a channel is its last; 0: as soon as somebody has spoken. */
  constructor(discord: FakeDiscord, dieAt: number) {
    this.discord = discord;
    this.#folder = mkdtempSync(join(root, `${dieAt}-`));
    this.#dieAt = dieAt;
    this.#child = this.#begin();
    discord.rest.interrupt = (call) => {
      if (!call.path.startsWith("/channels/")) return false;
      this.calls += 1;
      if (this.calls !== this.#dieAt) return false;
      this.kill();
      return true;
    };
  }

  kill(): void {
    this.deaths += 1;
    const dying = this.#child;
    dying.once("exit", () => {
      this.#child = this.#begin();
    });
    dying.kill("SIGKILL");
  }

  async end(): Promise<void> {
    this.#child.removeAllListeners("exit");
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await gone;
    await this.discord.close();
  }

  /** A new session is told how far each channel is. */
  #begin(): ChildProcess {
    const { gateway, rest } = this.discord;
    const last = (id: string) => rest.messages.get(id)?.at(-1)?.id ?? null;
    gateway.guildChannels = [{ ...channels.text, last_message_id: last(ids.channel) }];
    const env = { ...process.env, NODE_COMPILE_CACHE: join(root, "compiled") };
    const stdio = ["ignore", "ignore", "inherit"] as const;
    return spawn(process.execPath, [child, this.#folder, this.discord.apiUrl], { env, stdio: [...stdio] });
  }
}

async function until(assertion: () => void): Promise<void> {
  await vi.waitFor(assertion, { interval: 10, timeout: 25_000 });
}

interface Ending {
  calls: number;
  deaths: number;
  shown: string[];
}

/** Mention, question, reply, answer; returns what stands in the thread in the end. */
async function story(dieAt: number): Promise<Ending> {
  const discord = await fakeDiscord();
  const life = new Life(discord, dieAt);
  const says = (content: string, channel: string) => {
    const id = discord.rest.id();
    discord.say(message({ id, content, channel }));
    if (dieAt === 0 && life.deaths === 0) life.kill();
    return id;
  };
  try {
    await until(() => expect(discord.gateway.began).toHaveLength(1));
    const thread = says(`<@${ids.bot}> deploy`, ids.channel);
    const shown = () => discord.rest.own(thread).map((standing) => JSON.stringify(standing.components));
    await until(() => expect(shown().join()).toContain("Which version?"));
    says("v1.2.3", thread);
    await until(() => expect(shown()[0]).toContain("It is deployed."));
    await until(() => expect(shown().join()).toContain("Answered"));
    return { calls: life.calls, deaths: life.deaths, shown: shown() };
  } finally {
    await life.end();
  }
}

test("whatever the moment of the kill, the thread shows the run once and to its end", async () => {
  const whole = await story(Number.POSITIVE_INFINITY);
  expect(whole.shown).toHaveLength(2);
  const points = Array.from({ length: whole.calls }, (_, index) => index);
  const endings: { point: number; ending: Ending }[] = [];
  const oneAfterAnother = async () => {
    for (let point = points.shift(); point !== undefined; point = points.shift()) {
      endings.push({ point, ending: await story(point) });
    }
  };
  await Promise.all([oneAfterAnother(), oneAfterAnother()]);
  for (const { point, ending } of endings) {
    const { deaths, shown } = ending;
    expect({ point, deaths, posts: shown.length }).toEqual({ point, deaths: 1, posts: 2 });
    expect(shown[1]).toContain("Answered");
  }
}, 120_000);
