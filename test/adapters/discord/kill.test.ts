/** Kill -9 whenever Discord has just done what it was asked: nothing is lost, nothing stands twice. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { type Child, startChild } from "../../support/child.ts";
import { type FakeDiscord, fakeDiscord } from "../../support/discord/fake.ts";
import { channels, ids, message } from "../../support/discord/payloads.ts";
import { inLanes } from "../../support/lanes.ts";

const root = mkdtempSync(join(tmpdir(), "belay-discord-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A bot that is started again whenever it was killed, and the Discord that outlives it. */
class Life {
  readonly discord: FakeDiscord;
  readonly #folder: string;
  readonly #dieAt: number;
  #child: Child;
  /** A child that nobody killed has ended: the story can't go on. */
  #failure: Error | null = null;
  #isOver = false;
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
    this.#child.process.kill("SIGKILL");
  }

  /** Resolves once the assertion holds; rejects at once when the bot has ended by itself. */
  async until(assertion: () => void): Promise<void> {
    const tried = () => {
      if (this.#failure === null) assertion();
      return this.#failure;
    };
    const failure = await vi.waitFor(tried, { interval: 10, timeout: 60_000 });
    if (failure) throw failure;
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#child.kill();
    await this.discord.close();
  }

  /** A new session is told how far each channel is. */
  #begin(): Child {
    const { gateway, rest } = this.discord;
    const last = (id: string) => rest.messages.get(id)?.at(-1)?.id ?? null;
    gateway.guildChannels = [{ ...channels.text, last_message_id: last(ids.channel) }];
    const child = startChild("test/support/discord/child.ts", [this.#folder, this.discord.apiUrl]);
    child.ended.then((ended) => {
      if (this.#isOver) return;
      if (ended.signal === "SIGKILL" && ended.errors === "") this.#child = this.#begin();
      else this.#failure = child.failure(ended, "ended by itself");
    });
    return child;
  }
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
    await life.until(() => expect(discord.gateway.began).toHaveLength(1));
    const thread = says(`<@${ids.bot}> deploy`, ids.channel);
    const shown = () => discord.rest.own(thread).map((standing) => JSON.stringify(standing.components));
    await life.until(() => expect(shown().join()).toContain("Which version?"));
    says("v1.2.3", thread);
    await life.until(() => expect(shown()[0]).toContain("It is deployed."));
    await life.until(() => expect(shown().join()).toContain("Answered"));
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
  await inLanes(2, points, async (next) => {
    for (let point = next(); point !== undefined; point = next()) {
      endings.push({ point, ending: await story(point) });
    }
  });
  for (const { point, ending } of endings) {
    const { deaths, shown } = ending;
    expect({ point, deaths, posts: shown.length }).toEqual({ point, deaths: 1, posts: 2 });
    expect(shown[1]).toContain("Answered");
  }
});
