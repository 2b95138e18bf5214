/** A whole bot on Slack in a process of its own, to be killed. Arguments: folder, the Web API's address, transport. */
import { once } from "node:events";
import { join } from "node:path";
import { createAdaptorServer } from "@hono/node-server";
import { SlackChannel } from "../../../adapters/slack/channel.ts";
import { openSqlite } from "../../../adapters/sqlite/store.ts";
import type { Channel } from "../../../src/core/ports/channel.ts";
import type { Model, ModelRequest } from "../../../src/core/ports/model.ts";
import type { Store } from "../../../src/core/ports/store.ts";
import { clock, startBot } from "../bot.ts";
import { answerWith, call } from "../model/scripted.ts";
import { tokens } from "./emulator.ts";

/** What the parent says. */
export type ParentWord =
  /** A spare child becomes the bot. */
  | { type: "begin" }
  /** Die after so many more writes to the store (0: instead of the next; -1: never). */
  | { type: "die"; after: number }
  | { type: "what is owed?" };

/** What the child says. */
export type ChildWord =
  /** A write to the store is done. */
  | { type: "wrote"; method: string }
  /** Over HTTP: where it listens. */
  | { type: "listens"; port: number }
  /** What is still to be delivered or worked off. */
  | { type: "owes"; count: number };

const [folder = "", apiUrl = "", transport = "socket"] = process.argv.slice(2);
const writes: (keyof Store)[] = ["receive", "settleInbox", "commit", "beginDelivery", "finishDelivery"];
let left = -1;

const tell = (word: ChildWord) => process.send?.(word);

/**
 * SIGKILL: nothing is flushed, nobody is told. Between two writes, dying earlier or later is the same to the store.
 */
function mortal(store: Store): Store {
  const die = () => process.kill(process.pid, "SIGKILL");
  return new Proxy(store, {
    get(target, name: keyof Store) {
      const method = target[name] as (...args: unknown[]) => Promise<unknown>;
      if (!writes.includes(name)) return method;
      return async (...args: unknown[]) => {
        if (left === 0) die();
        const result = await method.apply(target, args);
        if (--left === 0) die();
        tell({ type: "wrote", method: name });
        return result;
      };
    },
  });
}

const answersIn = (request: ModelRequest) => request.input.filter((item) => item.type === "model").length;
/** Longer than what fits into the progress post: the answer is a post of its own. */
const answer = `Deployed v1.2.3. ${"All is well. ".repeat(60)}`;
const script = [
  [call("ask_human", { question: "Which version?", choices: null, context: null }, "c1")],
  [call("final_answer", { answer }, "c2")],
];

/** What to do next follows from the request alone, so a repeated request is answered the same. */
const model: Model = {
  name: "scripted",
  answer: async (request) => answerWith({ calls: script[answersIn(request)] ?? [] }),
};

async function listen(channel: Channel): Promise<void> {
  const server = createAdaptorServer({
    fetch: async (request: Request) => (await channel.handle(request)) ?? new Response(null, { status: 404 }),
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not listening");
  tell({ type: "listens", port: address.port });
}

async function main(): Promise<void> {
  const channel = new SlackChannel({
    botToken: tokens.bot,
    appToken: transport === "socket" ? tokens.app : null,
    signingSecret: transport === "http" ? tokens.secret : null,
    apiUrl,
    publicUrl: null,
    clock,
    log: { info() {}, warn() {}, error() {} },
    trustedLinkHosts: [],
  });
  const store = await openSqlite({ path: join(folder, "belay.db"), clock });
  process.on("message", async (word: ParentWord) => {
    if (word.type === "die") left = word.after;
    if (word.type !== "what is owed?") return;
    const [{ undelivered }, pending] = await Promise.all([store.outboxHealth(), store.pendingInbox(1)]);
    tell({ type: "owes", count: undelivered + pending.length });
  });
  await startBot({ store: mortal(store), model, channels: [channel] });
  if (transport === "http") await listen(channel);
}

await once(process, "message");
await main();
