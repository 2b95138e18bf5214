/** Two bots on one Discord token, begun from one copied file: both do what is approved, and one of them says so. */
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Channel } from "../../src/core/ports/channel.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { clock, startBot } from "../support/bot.ts";
import { mention, unstarted, until } from "../support/discord/bed.ts";
import { fakeDiscord } from "../support/discord/fake.ts";
import { ids, message, press } from "../support/discord/payloads.ts";
import { call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";

test("an approval that both of them hear is told by the health of whoever came second", async () => {
  const home = mkdtempSync(join(tmpdir(), "belay-copied-"));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const discord = await fakeDiscord();
  onTestFinished(() => discord.close());
  const done: string[] = [];
  const bots: Channel[] = [];
  const start = async (name: string, ...script: Parameters<typeof scripted>) => {
    const store = await openSqlite({ path: join(home, name), clock });
    const channel = unstarted(discord);
    const deploy = defineTool({
      name: "deploy",
      description: "Deploy.",
      input: z.object({}),
      run: () => `deployed by ${done.push(name)}`,
    });
    const bot = await startBot({ store, model: scripted(...script), tools: [deploy], channels: [channel] });
    const stop = async () => {
      await bot.stop();
      await store.close();
    };
    return { channel, stop };
  };
  const shown = (where: string) =>
    discord.rest.own(where).map(({ components }) => JSON.stringify(components));

  const first = await start("belay.db", calling(call("deploy", {})));
  const thread = discord.rest.id();
  discord.say(message({ id: thread, content: `${mention} deploy`, channel: ids.channel }));
  await until(() => expect(shown(thread).join()).toContain("approve|"));
  await first.stop();
  copyFileSync(join(home, "belay.db"), join(home, "copy.db"));

  const button = /approve\|[^"]*/.exec(shown(thread).join())?.[0] ?? "";
  const place = { id: thread, type: 11, parent_id: ids.channel };
  const pressed = press("7001", button, undefined, { channel: place });
  // Discord tells both of them; its stand-in has one connection at a time.
  for (const name of ["belay.db", "copy.db"]) {
    const { channel, stop } = await start(name, finalAnswer("ok"));
    onTestFinished(stop);
    await until(() => expect(channel.health().ok).toBe(true));
    discord.gateway.dispatch("INTERACTION_CREATE", pressed);
    await until(() => expect(done).toContain(name));
    bots.push(channel);
  }
  expect(bots.map((channel) => channel.health())).toEqual([
    { ok: true, detail: "connected as belay" },
    { ok: false, detail: expect.stringContaining("another program answers with this bot's token") },
  ]);
});
