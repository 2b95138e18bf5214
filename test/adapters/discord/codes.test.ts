/**
 * Every JSON error code that discord.js knows, and what stands in front of Discord, in its class:
 * through the real client.
 */
import { RESTJSONErrorCodes } from "discord.js";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Channel } from "../../../src/core/ports/channel.ts";
import { ChannelError, type SendFailure } from "../../../src/core/ports/channel-error.ts";
import { delivery, unstarted } from "../../support/discord/bed.ts";
import { type FakeDiscord, fakeDiscord } from "../../support/discord/fake.ts";
import { ids } from "../../support/discord/payloads.ts";

let discord: FakeDiscord;
let channel: Channel;
beforeAll(async () => {
  discord = await fakeDiscord();
});
afterAll(() => discord.close());
beforeEach(() => {
  channel = unstarted(discord);
  discord.rest.faults.length = 0;
});

const address = `discord:@me/${ids.direct}`;
let next = 0;

async function meaning(posting: Promise<unknown>): Promise<SendFailure> {
  const error = await posting.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ChannelError) return error.failure;
  throw new Error(`no ChannelError: ${String(error)}`);
}

async function refusedWith(status: number, code: number): Promise<SendFailure> {
  next += 1;
  discord.rest.faults.push({
    method: "POST",
    path: /messages$/,
    answer: { status, body: { code, message: "no" } },
  });
  return await meaning(channel.post(delivery({ address, id: `run_${next}/progress#0` })));
}

/** docs.discord.com/developers/topics/opcodes-and-status-codes: all that are not of the place. */
const notOfThePlace: Record<string, number[]> = {
  body: [
    20_009, 30_015, 40_005, 50_006, 50_035, 50_045, 50_046, 50_068, 50_109, 50_110, 50_123, 50_146, 200_000,
    240_000, 400_001,
  ],
  wait: [20_016, 20_022, 20_028, 20_029, 30_046, 40_003, 40_062],
  way: [
    10_001, 10_002, 10_012, 20_001, 20_012, 40_001, 40_002, 40_004, 40_006, 40_012, 40_333, 50_014, 50_041,
    50_067, 50_178, 60_003,
  ],
  uncertain: [0, 110_000, 110_001, 130_000],
  anew: [10_008, 50_005, 50_021],
};
const expected = new Map(
  Object.entries(notOfThePlace).flatMap(([type, codes]) => codes.map((code) => [code, type] as const)),
);
const known = [...new Set(Object.values(RESTJSONErrorCodes).filter((code) => typeof code === "number"))];

test.each([...known, 999_999])("code %i", async (code) => {
  expect((await refusedWith(403, code)).type).toBe(expected.get(code) ?? "place");
});

test("only a channel that is deleted is gone for good", async () => {
  expect(await refusedWith(404, 10_003)).toEqual({ type: "place", gone: true });
  expect(await refusedWith(403, 50_001)).toEqual({ type: "place", gone: false });
});

test("a token that is refused for a while is asked with again", async () => {
  expect((await refusedWith(401, 0)).type).toBe("way");
  next += 1;
  await channel.post(delivery({ address, id: `run_${next}/progress#0` }));
});

describe("what stands in front of Discord decides nothing about the words", () => {
  const page = "<html>Sign in to the guest network</html>";
  test.each([
    ["a page with status 200", { status: 200, raw: page }],
    ["a page with status 403", { status: 403, raw: page }],
    ["a page with status 502", { status: 502, raw: page }],
    ["half an answer", { status: 200, raw: '{"id":"1', headers: { "content-type": "application/json" } }],
    ["a lost answer", "drop"],
    ["a broken connection", "refuse"],
  ] as const)("%s", async (_, answer) => {
    next += 1;
    discord.rest.faults.push({ method: "POST", path: /messages$/, answer });
    const id = `run_${next}/progress#0`;
    expect((await meaning(channel.post(delivery({ address, id })))).type).toBe("uncertain");
    const { remoteId } = await channel.post(delivery({ address, id, uncertain: true }));
    discord.rest.faults.push({ method: "PATCH", path: /messages/, answer });
    const edited = await meaning(channel.post(delivery({ address, id, remoteId, revision: 2 }))).catch(
      () => null,
    );
    // A page in the place of an answer to an edit shows only that something answered.
    expect(["way", undefined]).toContain(edited?.type);
  });
});
