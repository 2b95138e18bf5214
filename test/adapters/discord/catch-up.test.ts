/** What can't be taken yet is tried again at the line's own pace, and what was said while nobody listened is read. */
import { RateLimitError } from "discord.js";
import { expect, onTestFinished, test } from "vitest";
import { Places } from "../../../adapters/discord/address.ts";
import type { Heard } from "../../../adapters/discord/listen/addressed.ts";
import { CatchUp } from "../../../adapters/discord/listen/catch-up.ts";
import { SecondBot } from "../../../adapters/discord/listen/second-bot.ts";
import { restClient } from "../../../adapters/discord/session.ts";
import { clockOf } from "../../support/clock.ts";
import { bed, until } from "../../support/discord/bed.ts";
import { fakeDiscord } from "../../support/discord/fake.ts";
import { ids, message } from "../../support/discord/payloads.ts";
import { recordingInlet } from "../../support/recording-inlet.ts";

const tooMany = new RateLimitError({
  ...{
    global: false,
    hash: "",
    limit: 5,
    majorParameter: ids.direct,
    method: "GET",
    retryAfter: 1,
    route: "",
  },
  ...{ scope: "user", sublimitTimeout: 0, timeToReset: 1, url: "" },
});

async function catchingUp(hear: (message: Heard) => Promise<void>) {
  const discord = await fakeDiscord();
  const logged: string[] = [];
  const log = (_fields: object, phrase: string) => void logged.push(phrase);
  const rest = restClient("example.token", discord.apiUrl);
  const options = {
    ...{ token: "example.token", apiUrl: discord.apiUrl, publicUrl: null, trustedLinkHosts: [] },
    ...{ clock: clockOf(() => Date.now()), log: { info: log, warn: log, error: log } },
  };
  const session = {
    options,
    rest,
    places: new Places(rest),
    inlet: recordingInlet(),
    typed: new Map(),
    secondBot: new SecondBot(options),
  };
  const catchUp = new CatchUp(session, () => ({ id: ids.bot, roles: [] }), hear);
  onTestFinished(async () => {
    await catchUp.stop();
    await discord.close();
  });
  await catchUp.load();
  /** Said there, whether anybody is told of it or not. */
  const said = (content: string) => {
    const one = message({ id: discord.rest.id(), channel: ids.direct, guild: null, content });
    discord.rest.put(one);
    return one;
  };
  /** So many requests go through from now on; the next ones are one too many. */
  let allowed = Number.POSITIVE_INFINITY;
  const get = rest.get.bind(rest);
  rest.get = async (...asked) => {
    allowed -= 1;
    if (allowed < 0) throw tooMany;
    return get(...asked);
  };
  const allow = (requests: number) => {
    allowed = requests;
  };
  return { catchUp, logged, said, allow };
}

test("new direct messages are no tries of the one that can't be taken yet", async () => {
  let tries = 0;
  const { catchUp, logged, said } = await catchingUp(async () => {
    tries += 1;
    throw new Error("nobody knows why this fails, or for how long");
  });
  said("are you there?");

  const heard: boolean[] = [];
  for (let nth = 0; nth < 25; nth++) {
    const next = said(`hello? ${nth}`);
    const isNext = await catchUp.beforeDirect(ids.direct).catch(() => false);
    heard.push(isNext);
    if (!isNext) catchUp.missed(next);
  }
  expect(heard).not.toContain(true);
  // By the first of the 25, and perhaps by the line that it joined, which then waits for seconds.
  expect(tries).toBeLessThanOrEqual(2);
  expect(logged).not.toContain("discord message passed over: it can't be taken");
});

test("a direct message that came between two sessions is read before the next one is heard", async () => {
  const heard: string[] = [];
  const { catchUp, said } = await catchingUp(async ({ content }) => void heard.push(content));
  await catchUp.newSession();
  expect(await catchUp.beforeDirect(ids.direct)).toBe(true);

  said("while nobody listened");
  await catchUp.newSession();
  said("here I am again");
  expect(await catchUp.beforeDirect(ids.direct)).toBe(true);
  expect(heard).toContain("while nobody listened");
});

test("a long absence is read page by page, and of more than that it is said where", async () => {
  let heard = 0;
  const { catchUp, logged, said } = await catchingUp(async () => {
    heard += 1;
  });
  await catchUp.newSession();
  expect(await catchUp.beforeDirect(ids.direct)).toBe(true);
  for (let nth = 0; nth < 450; nth++) said(`line ${nth}`);
  await catchUp.newSession();
  await catchUp.beforeDirect(ids.direct);
  expect(heard).toBe(450);
  expect(catchUp.unread.inWords()).toBeNull();
  for (let nth = 0; nth < 2_000; nth++) said(`more ${nth}`);
  await catchUp.newSession();
  await catchUp.beforeDirect(ids.direct);
  expect(logged).toContain("discord catch-up cut short");
  expect(catchUp.unread.inWords()).toBe(
    `more was said in one channel while it was away than it reads (${ids.direct}): what it did not hear there must be said again`,
  );
});

test("what takes more requests than Discord allows at once goes on where it was stopped", async () => {
  const heard: string[] = [];
  const { catchUp, said, allow } = await catchingUp(async ({ content }) => void heard.push(content));
  await catchUp.newSession();
  expect(await catchUp.beforeDirect(ids.direct)).toBe(true);
  const lines = Array.from({ length: 450 }, (_, nth) => `line ${nth}`);
  for (const line of lines) said(line);
  await catchUp.newSession();
  const read = async () => {
    allow(2);
    return await catchUp.beforeDirect(ids.direct).catch((error: unknown) => error);
  };
  expect([await read(), await read(), await read()]).toEqual([tooMany, tooMany, true]);
  expect(heard).toEqual(lines);
});

test("the health of the channel says where not everything was read", async () => {
  const made = await bed();
  onTestFinished(() => made.close());
  const detail = () => made.channel.health().detail;
  await until(() => expect(made.channel.health().ok).toBe(true));
  expect(detail()).not.toContain("while it was away");
  const guild = (BigInt(ids.guild) + 1n).toString();
  const channels = Array.from({ length: 203 }, (_, nth) => ({
    ...{ id: `77${1000 + nth}`, type: 0, name: `c${nth}`, last_message_id: made.discord.rest.id() },
  }));
  made.discord.gateway.dispatch("GUILD_CREATE", { id: guild, roles: [], channels, threads: [] });
  await until(() =>
    expect(detail()).toContain("more was said in 3 channels while it was away than it reads (77"),
  );
});
