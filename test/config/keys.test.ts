/**
 * What waits for weeks is signed with keys of its own: they outlive the owner's token, and old
 * URLs outlive the change.
 */
import { expect, onTestFinished, test } from "vitest";
import { conversationsOf } from "../../adapters/email/conversations.ts";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import { eventUrls } from "../../adapters/webhook/event-url.ts";
import { loadKeys } from "../../src/config/keys.ts";
import { loadConfig } from "../../src/config.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { startBot } from "../support/bot.ts";
import { configFolder } from "../support/config-folder.ts";
import { finalAnswer, scripted } from "../support/model/scripted.ts";

const clock = { now: () => Date.now(), steady: () => performance.now() };
const place = "https://ops.example";

async function openStore(): Promise<Store> {
  const store = await openSqlite({ path: ":memory:", clock });
  onTestFinished(() => store.close());
  return store;
}

/** What a start with this token makes of the database's keys. */
async function keysUnder(token: string, store: Store) {
  using folder = configFolder();
  const config = await loadConfig({ BELAY_TOKEN: token }, folder.path);
  const keys = await loadKeys(store, config.tokenEventKey);
  return { ...keys, config, urls: eventUrls(keys.event, place, keys.formerEvent) };
}

function tokenOf(url: string): string {
  return url.slice(url.lastIndexOf("/") + 1);
}

const first = "the-first-token-of-the-owner";
const second = "another-token-of-the-owner";

test("a URL that somebody waits for is good after the owner's token was changed, and so are mail tokens", async () => {
  const store = await openStore();
  const before = await keysUnder(first, store);
  const url = before.urls.url("run_1", "deployed");
  const after = await keysUnder(second, store);
  expect(after.urls.read(tokenOf(url))).toEqual({ runId: "run_1", event: "deployed" });
  expect(Buffer.from(after.mail)).toEqual(Buffer.from(before.mail));
  // Whoever knew the token can make none.
  expect(before.formerEvent).toEqual([]);
  const forged = eventUrls(before.config.tokenEventKey, place).url("run_1", "deployed");
  expect(after.urls.read(tokenOf(forged))).toBeNull();
});

test("a URL that an earlier release made of the token is good after the upgrade and after a new token", async () => {
  const store = await openStore();
  const bot = await startBot({ store, model: scripted(finalAnswer("done")) });
  await bot.untilEnd(await bot.launch("before the upgrade"));
  await bot.stop();
  using folder = configFolder();
  const { tokenEventKey } = await loadConfig({ BELAY_TOKEN: first }, folder.path);
  const old = tokenOf(eventUrls(tokenEventKey, place).url("run_1", "deployed"));
  const upgraded = await keysUnder(first, store);
  expect(upgraded.urls.read(old)).toEqual({ runId: "run_1", event: "deployed" });
  expect(Buffer.from(upgraded.event)).not.toEqual(Buffer.from(tokenEventKey));
  expect((await keysUnder(second, store)).urls.read(old)).toEqual({ runId: "run_1", event: "deployed" });
});

test("two processes that start together sign with the same key", async () => {
  const store = await openStore();
  const both = await Promise.all([keysUnder(first, store), keysUnder(first, store)]);
  expect(Buffer.from(both[0].event)).toEqual(Buffer.from(both[1].event));
});

test("a reply to a mail is understood after the owner's token was changed, and a mail that is sent again has its address", async () => {
  const store = await openStore();
  const bot = await startBot({ store, model: scripted(finalAnswer("done")) });
  onTestFinished(() => bot.stop());
  const own = "agent@belay.example";
  const before = conversationsOf((await keysUnder(first, store)).mail, own);
  const token = before.sentToken("run_1/question");
  const sent = { runId: "run_1", questionId: "run_1.3", to: "dana@x.example", address: "email:thread" };
  await before.saveSent(bot.engine, token, sent);
  const after = conversationsOf((await keysUnder(second, store)).mail, own);
  const reply = { recipients: [before.replyAddress(token)], inReplyTo: null, references: [] };
  expect(await after.answered(bot.engine, reply)).toEqual(sent);
  const byId = { recipients: [own], inReplyTo: before.messageId(token), references: [] };
  expect(await after.answered(bot.engine, byId)).toEqual(sent);
  expect(after.sentToken("run_1/question")).toBe(token);
  expect(after.conversationToken("a mail")).toBe(before.conversationToken("a mail"));
});
