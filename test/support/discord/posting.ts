/** A Discord and a channel that posts to it, for the tests of a file; each posts as a run of its own. */
import { afterAll, beforeAll, beforeEach } from "vitest";
import type { Message } from "../../../src/core/message.ts";
import type { Channel, Delivery } from "../../../src/core/ports/channel.ts";
import { ChannelError } from "../../../src/core/ports/channel-error.ts";
import { delivery, unstarted } from "./bed.ts";
import { type FakeDiscord, fakeDiscord } from "./fake.ts";
import { ids, message } from "./payloads.ts";

/** Paths of what is sent, edited, and of threads that are made. */
export const sends = /^\/channels\/\d+\/messages$/;
export const edits = /^\/channels\/\d+\/messages\/\d+$/;
export const threads = /\/threads$/;

/** An answer of the API that refuses. */
export const api = (status: number, code: number, more: Record<string, unknown> = {}) => ({
  status,
  body: { code, message: "no", ...more },
});

export function body(text: string): Message {
  return { summary: "x", blocks: [{ type: "text", markdown: text, foreign: false }] };
}

/** The error with which this posting ends. */
export async function refusal(posting: Promise<unknown>): Promise<ChannelError> {
  const error = await posting.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ChannelError) return error;
  throw new Error(`no ChannelError: ${String(error)}`);
}

export function posting() {
  let discord: FakeDiscord;
  let channel: Channel;
  let runs = 0;

  beforeAll(async () => {
    discord = await fakeDiscord();
  });
  afterAll(() => discord.close());
  beforeEach(() => {
    channel = unstarted(discord);
    discord.rest.calls.length = 0;
    discord.rest.faults.length = 0;
    runs += 1;
  });

  return {
    get discord() {
      return discord;
    },
    /** The id of the test's run. */
    get run() {
      return `run_${runs}`;
    },
    /** The channel of a process that has just started; `on`: where it finds Discord's API. */
    restart(on: Pick<FakeDiscord, "apiUrl"> = discord) {
      channel = unstarted(on);
    },
    /** Somebody asks; a run speaks below that. */
    asked(): { source: string; address: string } {
      const source = discord.rest.id();
      discord.rest.put(message({ id: source, content: "please" }));
      return { source, address: `discord:${ids.guild}/${ids.channel}/${source}` };
    },
    /** A post of its own run, so that nonces of other tests do not count. */
    post(address: string, change: Partial<Delivery> = {}): Promise<{ remoteId: string; address?: string }> {
      return channel.post(delivery({ address, id: `run_${runs}/progress#0`, ...change }));
    },
    fault(method: string, path: RegExp, answer: FakeDiscord["rest"]["faults"][number]["answer"]): void {
      discord.rest.faults.push({ method, path, answer });
    },
    created(): string[] {
      return discord.rest.calls.filter((call) => call.method === "POST").map((call) => call.path);
    },
  };
}
