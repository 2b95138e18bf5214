/** The server of the HTTP tests: tokens of every kind, and short ways to call it and to play a run. */

import { randomUUID } from "node:crypto";
import { channelGuides, channelPaths, channelTitles, linkTo } from "../../../src/config/channels.ts";
import type { Scope } from "../../../src/core/actor.ts";
import { askApproval } from "../../../src/core/ask.ts";
import type { EventOf } from "../../../src/core/event.ts";
import type { Budgets } from "../../../src/core/ports/budgets.ts";
import type { Channel } from "../../../src/core/ports/channel.ts";
import type { Clock } from "../../../src/core/ports/clock.ts";
import type { Store } from "../../../src/core/ports/store.ts";
import { createHttp, type Http } from "../../../src/http/app.ts";
import type { HttpConfig } from "../../../src/http/guard/context.ts";
import { sha256 } from "../../../src/http/guard/sessions.ts";
import type { RunState } from "../../../src/http/wire/runs.ts";
import { openRights } from "../bot.ts";
import { type TestEngine, testEngine } from "./engine.ts";

/** Token name → its scopes; the token's secret is `secret-<name>`. */
const tokens = {
  admin: ["admin"],
  owner: ["admin"],
  launcher: ["launch", "read", "control"],
  reader: ["read"],
  answerer: ["read", "answer"],
  machine: ["launch"],
} as const satisfies Record<string, readonly Scope[]>;
export type TokenName = keyof typeof tokens;

export interface Bench extends Disposable {
  http: Http;
  engine: TestEngine;
  clock: Clock & { time: number };
  /** Errors that the server logged as its own. */
  bugs: object[];
  call(method: string, path: string, options?: CallOptions): Promise<Response>;
  launch(task?: string, as?: TokenName): Promise<RunState>;
}

export interface CallOptions {
  /** Whose token; null: none. */
  as?: TokenName | null;
  json?: unknown;
  body?: BodyInit;
  headers?: Record<string, string>;
}

/** `shared`: another process of the same bot; without it this one is alone. */
export async function bench(
  config: Partial<HttpConfig> = {},
  channels: readonly Channel[] = [],
  shared: { store: Store; budgets: Budgets } | null = null,
): Promise<Bench> {
  const clock = { time: 1_700_000_000_000, now: () => clock.time, steady: () => clock.time };
  const engine = await testEngine(clock, shared?.store);
  const bugs: object[] = [];
  const quiet = () => {};
  const http = createHttp({
    engine,
    channels,
    clock,
    budgets: shared?.budgets ?? null,
    log: { debug: quiet, info: quiet, warn: quiet, error: (fields) => bugs.push(fields) },
    config: { ...defaults(), ...config },
  });
  async function call(method: string, path: string, { as = "admin", ...options }: CallOptions = {}) {
    const headers: Record<string, string> = { host: "localhost:3000", ...options.headers };
    if (as !== null) headers.authorization = `Bearer secret-${as}`;
    const json = "json" in options;
    if (json) headers["content-type"] ??= "application/json";
    const body = json ? JSON.stringify(options.json) : options.body;
    const init = { method, headers, ...(body === undefined ? {} : { body, duplex: "half" }) };
    return http.app.request(`http://localhost:3000${path}`, init);
  }
  return {
    http,
    engine,
    clock,
    bugs,
    call,
    async launch(task = "What is 1 + 2?", as = "admin") {
      const agent = as === "owner" ? "secret" : "helper";
      const response = await call("POST", "/agent/launch", { as, json: { input_prompt: task, agent } });
      if (response.status !== 200) throw new Error(await response.text());
      return (await response.json()) as RunState;
    },
    [Symbol.dispose]: () => {
      http.endStreams();
      void engine.store.close();
    },
  };
}

export function defaults(): HttpConfig {
  return {
    version: "0.0.0",
    auth: {
      mode: "token",
      tokens: Object.entries(tokens).map(([name, scopes]) => ({
        name,
        hash: sha256(`secret-${name}`),
        scopes,
      })),
    },
    publicUrl: null,
    hosts: [],
    corsOrigins: [],
    trustedLinkHosts: ["docs.example"],
    defaultAgent: "helper",
    consoleDir: "test/fixtures/no-console",
    about: { paths: channelPaths, titles: channelTitles, guides: channelGuides, linkTo },
    webhooks: [{ name: "ci", agent: "helper", path: "/webhooks/ci" }],
    schedules: () => [],
    mcp: { tools: ["restart_service"], agent: "helper", speaksAt: null },
    rate: { burst: 1000, perSecond: 1000 },
  };
}

/** A model answer that chooses these calls. */
export function chose(...calls: { tool: string; input: unknown; id?: string }[]): EventOf<"model_answered"> {
  return {
    type: "model_answered",
    text: null,
    calls: calls.map(({ tool, input, id }) => ({ id: id ?? `call_${randomUUID()}`, tool, input })),
    refusal: null,
    cut: null,
    items: [{ encrypted: "opaque" }],
    provider: "test",
    model: "test",
    promptHash: "hash",
    usage: { inputTokens: 10, cachedTokens: 2, outputTokens: 5, reasoningTokens: 1, costUsd: 0.001 },
    ms: 3,
  };
}

export function asks(question: string, choices: string[] | null = null): EventOf<"model_answered"> {
  return chose({ tool: "ask_human", input: { question, choices, context: null } });
}

export const wantsRestart = () =>
  chose({ tool: "restart_service", input: { service: "payments", environment: "staging" } });

/** What the worker records to have the run's one pending call approved. */
export function approvalAsked(run: RunState, need = 1): EventOf<"question_asked"> {
  const [call] = run.pending_tool_calls;
  if (!call) throw new Error("the run has no pending call");
  const { call_id: id, name: tool, arguments: input } = call;
  const asking = {
    state: { runId: run.id, version: run.version, readUntrusted: run.read_untrusted },
    policy: { rights: { ...openRights, approve: ["console:local", "token:admin"] }, tools: {} },
  };
  const shown = { call: { id, tool, input }, hash: "hash-of-the-call", preview: null };
  const question = askApproval(shown, asking);
  return { type: "question_asked", question: { ...question, id: `${run.id}.approval`, need } };
}

/** A run that waits for the answer to "Which number?". */
export async function askingRun(b: Bench, choices: string[] | null = null): Promise<RunState> {
  const { id } = await b.launch();
  await b.engine.happen(id, asks("Which number?", choices));
  return stateOf(b, id);
}

/** A run that waits for the approval of a restart. */
export async function approvingRun(b: Bench): Promise<RunState> {
  const { id } = await b.launch("Restart payments in staging");
  await b.engine.happen(id, wantsRestart());
  await b.engine.happen(id, approvalAsked(await stateOf(b, id)));
  return stateOf(b, id);
}

/** A run that goes on after an approved restart, which can be undone by another one. */
export async function undoableRun(b: Bench): Promise<{ run: RunState; questionId: string }> {
  const { id, pending_tool_calls: calls, questions } = await approvingRun(b);
  const callId = calls[0]?.call_id ?? "";
  const questionId = questions[0]?.id ?? "";
  const from = { principal: "console:local", name: "console" };
  await b.engine.happen(
    id,
    { type: "approval_granted", questionId, from, via: { channel: "console" }, edited: false },
    { type: "call_started", callId, attempt: 1, key: "k" },
    {
      type: "call_finished",
      callId,
      output: "restarted",
      omitted: 0,
      ms: 1,
      untrusted: false,
      undo: { tool: "restart_service", input: { service: "payments", environment: "production" } },
    },
  );
  return { run: await stateOf(b, id), questionId };
}

export async function stateOf(b: Bench, id: string): Promise<RunState> {
  return (await (await b.call("GET", `/agent/state/${id}`)).json()) as RunState;
}

/** The id of the first open question. */
export function questionOf(run: RunState): string {
  return run.questions[0]?.id ?? "none is open";
}
