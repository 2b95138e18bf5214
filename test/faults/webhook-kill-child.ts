/**
 * A bot with one webhook in a process of its own, killed at the n-th point around launch and answer.
 * Arguments: database file, point to die at (0: none), mutant ("none" or "ack_first"). Prints its port.
 */
import { flushCompileCache } from "node:module";
import { dirname } from "node:path";
import { setTimeout as later } from "node:timers/promises";
import { serve } from "@hono/node-server";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import { webhookChannel } from "../../adapters/webhook/channel.ts";
import type { Inlet } from "../../src/core/ports/channel.ts";
import { runIdFor } from "../../src/engine/ids.ts";
import { clock, startBot } from "../support/bot.ts";
import { Doomed } from "../support/doomed.ts";
import { finalAnswer, scripted } from "../support/model/scripted.ts";
import { hook, hooksAt } from "../support/webhook/bench.ts";

const [path = "", dieAt = "0", mutant = "none"] = process.argv.slice(2);
const life = new Doomed(dirname(path), Number(dieAt));

/** The inlet with a point before and after the launch; the mutant acknowledges first and launches afterwards. */
function dying(inlet: Inlet): Inlet {
  const launch: Inlet["launch"] = async (agent, request, key) => {
    life.point();
    if (mutant === "ack_first") {
      later(5).then(() => inlet.launch(agent, request, key));
      return { ok: true, runId: runIdFor(key), duplicate: false, version: 1 };
    }
    const submitted = await inlet.launch(agent, request, key);
    life.point();
    return submitted;
  };
  return {
    accept: inlet.accept.bind(inlet),
    command: inlet.command.bind(inlet),
    checkEdit: async () => null,
    retryAt: inlet.retryAt.bind(inlet),
    returned: inlet.returned.bind(inlet),
    store: inlet.store,
    launch,
  };
}

const silent = () => {};
const channel = webhookChannel({
  ...hooksAt([hook({ agent: "default", verify: { kind: "bearer" } })]),
  eventKey: Buffer.alloc(32, 3),
  clock,
  log: { info: silent, warn: silent },
});
const store = await openSqlite({ path, clock });
const model = scripted(finalAnswer("seen"));
const { engine } = await startBot({ model, store });
await channel.start(dying(engine));

const notFound = () => Promise.resolve(new Response(null, { status: 404 }));
const options = {
  hostname: "127.0.0.1",
  port: 0,
  fetch: async (request: Request) => {
    const response = await (channel.handle(request) ?? notFound());
    life.point();
    return response;
  },
};
// A killed process never writes its compile cache; the next one would start as slowly.
flushCompileCache();
serve(options, ({ port }) => process.stdout.write(`${port}\n`));
