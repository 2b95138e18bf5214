/**
 * The bot of the incident, in a process of its own: Slack and an alert's webhook over one HTTP port, the
 * packs of tools, a command that really restarts the shop, and a model whose choices are written down.
 * Argument: its Place, as JSON.
 */
import { join } from "node:path";
import { createAdaptorServer } from "@hono/node-server";
import { z } from "zod";
import { command } from "../../../adapters/command/tools.ts";
import { github } from "../../../adapters/github/tools.ts";
import { alertmanager, prometheus } from "../../../adapters/prometheus/tools.ts";
import { prometheusVerify } from "../../../adapters/prometheus/verify.ts";
import { SlackChannel } from "../../../adapters/slack/channel.ts";
import { openSqlite } from "../../../adapters/sqlite/store.ts";
import { webhookChannel } from "../../../adapters/webhook/channel.ts";
import type { RunEvent } from "../../../src/core/event.ts";
import type { Model, ModelRequest } from "../../../src/core/ports/model.ts";
import type { Store } from "../../../src/core/ports/store.ts";
import { secretOf } from "../../../src/tools/secret.ts";
import { agent, clock, startBot } from "../bot.ts";
import { answerWith, call } from "../model/scripted.ts";
import { tokens } from "../slack/emulator.ts";
import { hook, nowhere } from "../webhook/bench.ts";

export interface Place {
  folder: string;
  port: number;
  slackApi: string;
  /** Where it speaks: `slack:T1/C1/new:`, a thread of its own in that channel. */
  speaksAt: string;
  /** Who may approve, and who may answer. */
  approver: string;
  answerer: string;
  prometheusUrl: string;
  alertmanagerUrl: string;
  pidFile: string;
  /** A GitHub with the commits of the shop. */
  githubUrl: string;
  token: string;
  /** Dies around a commit; null: never. */
  death: Death | null;
}

/** Around the commit that holds the nth event of this type in this process, counted from 1. */
export interface Death {
  at: "before" | "after";
  event: RunEvent["type"];
  nth: number;
}

const place: Place = JSON.parse(process.argv[2] ?? "");
const silent = { info() {}, warn() {}, error() {} };

/** SIGKILL: nothing is flushed, nobody is told. */
function mortal(store: Store, death: Death | null): Store {
  if (death === null) return store;
  let seen = 0;
  const commit: Store["commit"] = async (given) => {
    const count = given.events.filter(({ type }) => type === death.event).length;
    const isIt = seen < death.nth && seen + count >= death.nth;
    if (isIt && death.at === "before") process.kill(process.pid, "SIGKILL");
    const committed = await store.commit(given);
    // What was refused (a conflict) comes again.
    if (committed.ok) seen += count;
    if (isIt && committed.ok) process.kill(process.pid, "SIGKILL");
    return committed;
  };
  return new Proxy(store, {
    get: (target, name) => (name === "commit" ? commit : Reflect.get(target, name, target)),
  });
}

const restart = command({
  name: "restart_shop",
  description: "Restart the shop.",
  input: z.object({ reason: z.enum(["failing checkouts", "routine"]) }),
  argv: [
    process.execPath,
    join(import.meta.dirname, "../../../src/cli/incident/restart.ts"),
    place.pidFile,
    "{reason}",
  ],
  dataDir: place.folder,
  pollMs: 500,
  requiresApproval: true,
  verify: prometheusVerify({
    url: place.prometheusUrl,
    query: "max(shop_failing)",
    better: (value) => value === 0,
    window: "2m",
    everyMs: 500,
  }),
});

const readLog = command({
  name: "shop_log",
  description: "The last lines of the shop's log.",
  effect: "read",
  input: z.object({}),
  argv: ["tail", "-n", "20", "--", `${place.pidFile}.log`],
});

const tools = [
  ...github({
    token: secretOf("GITHUB_TOKEN", "a token of the test"),
    repos: ["shop/api"],
    baseUrl: place.githubUrl,
  }),
  readLog,
  ...prometheus({ url: place.prometheusUrl }),
  ...alertmanager({ url: place.alertmanagerUrl }),
  restart,
];

/** What to do next follows from the request alone, so that a repeated request is answered the same. */
const model: Model = {
  name: "scripted",
  answer: async (request) => {
    const steps = [
      [
        call("prom_range", { query: "max(shop_failing)", start: "1m", end: null }, "c1"),
        call("prom_rules", { search: "CheckoutFailing" }, "c2"),
        call("gh_compare", { repo: "shop/api", base: "v1", head: "main", page: null }, "c6"),
        call("shop_log", {}, "c7"),
      ],
      [call("ask_human", { question: "Was the shop changed?", choices: null, context: null }, "c3")],
      [call("restart_shop", { reason: "failing checkouts" }, "c4")],
      [call("final_answer", { answer: outcomeFrom(request) }, "c5")],
    ];
    const answered = request.input.filter(({ type }) => type === "model").length;
    return answerWith({ calls: steps[answered] ?? [] });
  },
};

/** The evidence, as it stands in the results: what is not there can't be said. */
function outcomeFrom({ input }: ModelRequest): string {
  const results = input.flatMap((item) => (item.type === "result" ? [item] : []));
  const of = (callId: string, pattern: RegExp) =>
    pattern.exec(results.find((result) => result.callId === callId)?.output ?? "")?.[0] ?? "not known";
  return [
    `Rule: ${of("c2", /shop_failing > 0/)}.`,
    `Highest: ${of("c1", /"max":\{"value":\d+/)}.`,
    `Log: ${of("c7", /no connection to payments/)}.`,
    `Newest commit: ${of("c6", /Fewer connections to payments/)}.`,
    `Told: ${of("c3", /nothing was changed/)}.`,
    `Done: ${of("c4", /restarted: process \d+ ended, process \d+ serves/)}.`,
    `After: ${of("c4", /max\(shop_failing\) is \d+/)}.`,
  ].join(" ");
}

const slack = new SlackChannel({
  botToken: tokens.bot,
  appToken: null,
  signingSecret: tokens.secret,
  apiUrl: place.slackApi,
  publicUrl: null,
  clock,
  log: silent,
  trustedLinkHosts: [],
});
const alerts = webhookChannel({
  hooks: [
    hook({
      name: "alerts",
      agent: "default",
      verify: { kind: "alertmanager" },
      prompt: "Find out what is wrong, and mend it.",
      speaksAt: place.speaksAt,
      concurrencyKey: ["groupKey"],
      resolvedWhen: [{ path: "status", in: ["resolved"] }],
    }),
  ],
  secrets: { CI_SECRET: place.token },
  publicUrl: `http://127.0.0.1:${place.port}`,
  eventKey: Buffer.alloc(32, 7),
  callbackHosts: [],
  github: null,
  ...nowhere,
  clock,
  log: silent,
});

const known = agent();
await startBot({
  store: mortal(await openSqlite({ path: join(place.folder, "belay.db"), clock }), place.death),
  model,
  tools,
  channels: [slack, alerts],
  agents: [
    { ...known, tools: [...known.tools, ...tools.map(({ spec }) => spec.name)], prefetch: ["firing_alerts"] },
  ],
  rights: {
    launch: ["webhook:alerts"],
    read: ["*"],
    answer: [place.answerer],
    approve: [place.approver],
    control: [],
  },
});

const server = createAdaptorServer({
  fetch: async (request: Request) =>
    (await slack.handle(request)) ?? (await alerts.handle(request)) ?? new Response(null, { status: 404 }),
});
server.listen(place.port, "127.0.0.1", () => process.stdout.write("listening\n"));
