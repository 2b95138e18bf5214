/**
 * Makes the golden database of this release: `node test/support/golden/make.ts <folder>`. The real engine drives one
 * run to each place where a run can stand; the file is copied while they stand there, as a kill would leave it.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { conversationsOf } from "../../../adapters/email/conversations.ts";
import { openSqlite } from "../../../adapters/sqlite/store.ts";
import { saveTarget } from "../../../adapters/webhook/target.ts";
import type { Inbound } from "../../../src/core/ports/inbound.ts";
import type { Store } from "../../../src/core/ports/store.ts";
import { startSchedules } from "../../../src/engine/schedule.ts";
import { type Bot, operator, startBot } from "../bot.ts";
import type { Scene } from "./scene.ts";
import { goldenScenes, heardTask } from "./scenes.ts";
import { clockFrom, goldenAgents, goldenChannels, goldenModel, goldenTools, madeAt } from "./world.ts";

const folder = process.argv[2];
if (folder === undefined) throw new Error("say where: node test/support/golden/make.ts <folder>");
const work = join(tmpdir(), `belay-golden-${process.pid}`, "belay.db");
const clock = clockFrom(madeAt);
const store = await openSqlite({ path: work, clock });

/** From here on arriving messages stay where they are. */
let inboxStands = false;
const unstarted = new Set(goldenScenes.filter((scene) => scene.unstarted).map(({ task }) => task));
const held: Store = {
  ...store,
  claimInbox: async (claim) => (inboxStands ? [] : store.claimInbox(claim)),
  commit: (commit) =>
    unstarted.has(commit.row.task) && commit.events.some(({ type }) => type === "call_started")
      ? new Promise(() => {})
      : store.commit(commit),
};
const { tools } = goldenTools(true);
const bot = await startBot({
  store: held,
  model: goldenModel(true),
  tools,
  agents: goldenAgents(tools),
  channels: goldenChannels(true),
  clock,
});

/** What arrives last. */
const waiting: (() => Promise<unknown>)[] = [];

for (const scene of goldenScenes.filter(({ task }) => !task.startsWith("find it"))) await play(bot, scene);
await saveNotes();
await fillInbox();
await store.saveSession({
  id: "session-1",
  principal: "console:local",
  createdAt: madeAt,
  expiresAt: madeAt,
});
await store.audit({
  at: madeAt,
  principal: "slack:T1/U9",
  action: "launch",
  resource: "default",
  decision: "refused",
  rule: "nobody lists them",
});

mkdirSync(folder, { recursive: true });
const target = join(folder, "belay.db");
rmSync(target, { force: true });
const copy = new Database(work);
copy.exec(`VACUUM INTO '${target}'`);
copy.close();
writeFileSync(join(folder, "rows.jsonl"), rowsOf(target));
rmSync(join(work, ".."), { recursive: true });
// What is held never ends by itself.
process.exit();

async function play(bot: Bot, scene: Scene): Promise<void> {
  const channel = scene.address?.split(":")[0] ?? "console";
  const submitted = await bot.engine.launch(
    scene.agent ?? "default",
    {
      task: scene.task,
      actor: operator,
      via: { channel },
      addresses: scene.address ? [scene.address] : [],
      context: scene.untrusted ? [{ source: "webhook", text: "it is slow", trusted: false }] : [],
      trusted: !scene.untrusted,
      follows: null,
      parent: null,
    },
    { source: "api:ci", key: scene.task, print: "fingerprint" },
  );
  if (!submitted.ok) throw new Error(submitted.refusal.message);
  const { runId } = submitted;
  const ready = await bot.until(runId, scene.ready ?? (() => true));
  await scene.before?.(bot, ready);
  const state = await bot.until(runId, scene.stands);
  const { inbox } = scene;
  if (inbox) waiting.push(() => bot.engine.accept(arrived(scene.task, inbox(state))));
  console.log(`${scene.task}: ${state.phase.at}`);
}

function arrived(task: string, { channel, intent }: Pick<Inbound, "channel" | "intent">): Inbound {
  return {
    key: `golden:${task}`,
    actor: operator,
    channel,
    address: null,
    intent,
    replyTo: { via: "response", url: "https://platform.example/respond" },
    context: [],
  };
}

/** First what is worked off at once, then what stays. */
async function fillInbox(): Promise<void> {
  const settled = Promise.withResolvers<void>();
  held.settleInbox = async (...args) => {
    const isOurs = await store.settleInbox(...args);
    settled.resolve();
    return isOurs;
  };
  await bot.engine.accept({
    ...arrived("help", { channel: "slack", intent: { type: "instruction", text: "help" } }),
    address: "slack:T1/C1/1700000000.3",
  });
  await settled.promise;
  inboxStands = true;
  for (const arrive of waiting) await arrive();
  await bot.engine.accept({
    ...arrived("words", {
      channel: "slack",
      intent: { type: "message", text: heardTask, addressed: true, agent: null },
    }),
    address: "slack:T1/C1/1700000000.4",
    context: [{ source: "thread", text: "checkout is slow", trusted: true }],
  });
}

/** Every kind of note that this release writes. */
async function saveNotes(): Promise<void> {
  const conversations = conversationsOf(Buffer.alloc(32, 1), "belay@example.org");
  const thread = conversations.conversationToken("golden");
  const sent = { runId: "run_golden", questionId: null, to: "dana@example.org", address: `email:${thread}` };
  await conversations.saveSent(bot.engine, conversations.sentToken("golden"), sent);
  await conversations.saveConversation(bot.engine, `email:${thread}`, {
    to: "dana@example.org",
    subject: "golden",
    messageIds: ["a@example.org"],
    receipt: true,
  });
  await saveTarget(bot.engine, { name: "ci" }, "golden", {
    webhook: "ci",
    callback: "https://ci.example.org/done",
    github: { owner: "octo", repo: "hello", sha: "a".repeat(40), pull: 7 },
  });
  const nightly = { name: "nightly", cron: "0 3 * * *", timeZone: "Europe/Berlin", agent: "default" };
  const log = { info: () => {}, warn: () => {} };
  const schedules = [{ ...nightly, task: "look around", speaksAt: null }];
  await (await startSchedules({ inlet: bot.engine, schedules, clock, log })).stop();
  await store.saveNote(`mail:once:${"b".repeat(32)}`, "c".repeat(64));
  await store.saveNote("discord/commands", "d".repeat(64));
  await store.saveNote("discord/cursor", "1173940000000000000");
  await store.saveNote("discord/hint/200000000000000001", "1173940000000000001");
}

/** Every row of every table, a line each: what another kind of database is filled with. */
function rowsOf(path: string): string {
  const file = new Database(path, { readonly: true });
  const tables = file
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    .pluck()
    .all() as string[];
  const lines = tables.flatMap((table) =>
    file
      .prepare(`SELECT * FROM ${table}`)
      .all()
      .map((row) => JSON.stringify({ table, row })),
  );
  file.close();
  return `${lines.join("\n")}\n`;
}
