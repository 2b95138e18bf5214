/** The Discord channel, started against the fake with an inlet that remembers. */

import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from "vitest";
import { discordChannel } from "../../../adapters/discord/channel.ts";
import type { Channel, Delivery } from "../../../src/core/ports/channel.ts";
import type { Inbound, Outcome } from "../../../src/core/ports/inbound.ts";
import { clockOf } from "../clock.ts";
import { type RecordingInlet, recordingInlet } from "../recording-inlet.ts";
import { type FakeDiscord, fakeDiscord } from "./fake.ts";
import { ids, message } from "./payloads.ts";

export interface Bed {
  discord: FakeDiscord;
  inlet: RecordingInlet;
  channel: Channel;
  /** What was logged, as `level phrase`. */
  logged: string[];
  /** dana writes; returns the message's id. */
  says(content: string, where?: { channel?: string; guild?: string | null }): string;
  close(): Promise<void>;
}

/** What outlives a restart of the program: the platform and the store. */
export type Surviving = Partial<Pick<Bed, "discord" | "inlet">>;

/** `identifyGapMs` is small: tests that lose their session need not wait Discord's five seconds. */
export async function bed(surviving: Surviving = {}): Promise<Bed> {
  const discord = surviving.discord ?? (await fakeDiscord());
  const inlet = surviving.inlet ?? recordingInlet();
  const logged: string[] = [];
  const channel = unstarted(discord, logged);
  await channel.start(inlet);
  return {
    discord,
    inlet,
    channel,
    logged,
    says(content, where = {}) {
      const id = discord.rest.id();
      const { channel: at = ids.channel, guild = ids.guild } = where;
      discord.say(message({ id, content, channel: at, guild }));
      return id;
    },
    async close() {
      await channel.stop();
      await discord.close();
    },
  };
}

export function unstarted(discord: Pick<FakeDiscord, "apiUrl">, logged: string[] = []): Channel {
  const log = (level: string) => (_fields: object, phrase: string) => void logged.push(`${level} ${phrase}`);
  const options = {
    token: "example.token",
    apiUrl: discord.apiUrl,
    publicUrl: "https://belay.example",
    clock: clockOf(() => Date.now()),
    log: { info: log("info"), warn: log("warn"), error: log("error") },
    trustedLinkHosts: ["docs.example"],
  };
  return discordChannel(options, 20);
}

/** Beds of a file's tests: each is closed after its test. */
export function beds(): (surviving?: Parameters<typeof bed>[0]) => Promise<Bed> {
  const open: Bed[] = [];
  afterEach(async () => {
    for (const made of open.splice(0)) await made.close();
  });
  return async (surviving = {}) => {
    const made = await bed(surviving);
    open.push(made);
    return made;
  };
}

/** One bed for the tests of a file, of which each begins with nothing heard and nothing told. */
export function theBed() {
  let made: Bed;
  beforeAll(async () => {
    made = await bed();
  });
  afterAll(() => made.close());
  beforeEach(() => {
    made.inlet.accepted.length = 0;
    made.discord.rest.callbacks.length = 0;
    made.discord.rest.replies.length = 0;
    made.discord.rest.faults.length = 0;
  });
  return {
    get made() {
      return made;
    },
    happens(interaction: { id: string }): void {
      made.discord.gateway.dispatch("INTERACTION_CREATE", interaction);
    },
    /** The first that the engine was given. */
    async accepted(): Promise<Inbound> {
      await until(() => expect(made.inlet.accepted).toHaveLength(1));
      const [inbound] = made.inlet.accepted;
      if (!inbound) throw new Error("nothing was accepted");
      return inbound;
    },
  };
}

/** What the engine made of it. */
export const told = (text: string, type: Outcome["type"] = "told"): Outcome => ({ type, text, runId: null });

/** What was said to the bot; what was no words by its type. */
export function texts({ inlet }: Bed): string[] {
  return inlet.accepted.map(({ intent }) => ("text" in intent ? intent.text : intent.type));
}

/** Waits until the assertion holds. */
export async function until(assertion: () => void): Promise<void> {
  await vi.waitFor(assertion, { interval: 5, timeout: 60_000 });
}

export const mention = `<@${ids.bot}>`;

export function delivery(change: Partial<Delivery> & Pick<Delivery, "address">): Delivery {
  return {
    id: "run_1/progress#0",
    runId: "run_1",
    key: "progress",
    body: { summary: "restart payments", blocks: [{ type: "heading", text: "restart payments", note: [] }] },
    revision: 1,
    remoteId: null,
    uncertain: false,
    createdAt: Date.now(),
    ...change,
  };
}
