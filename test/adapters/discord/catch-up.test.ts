/** What can't be taken yet is tried again at the line's own pace, and what was said while nobody listened is read. */
import { expect, onTestFinished, test } from "vitest";
import { Places } from "../../../adapters/discord/address.ts";
import type { Heard } from "../../../adapters/discord/listen/addressed.ts";
import { CatchUp } from "../../../adapters/discord/listen/catch-up.ts";
import { restClient } from "../../../adapters/discord/session.ts";
import { clockOf } from "../../support/clock.ts";
import { fakeDiscord } from "../../support/discord/fake.ts";
import { ids, message } from "../../support/discord/payloads.ts";
import { recordingInlet } from "../../support/recording-inlet.ts";

async function catchingUp(hear: (message: Heard) => Promise<void>) {
  const discord = await fakeDiscord();
  const logged: string[] = [];
  const log = (_fields: object, phrase: string) => void logged.push(phrase);
  const rest = restClient("example.token", discord.apiUrl);
  const options = {
    ...{ token: "example.token", apiUrl: discord.apiUrl, publicUrl: null, trustedLinkHosts: [] },
    ...{ clock: clockOf(() => Date.now()), log: { info: log, warn: log, error: log } },
  };
  const session = { options, rest, places: new Places(rest), inlet: recordingInlet(), typed: new Map() };
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
  return { catchUp, logged, said };
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
