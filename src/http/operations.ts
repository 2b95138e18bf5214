/** Every route of the API in one table: the router, the OpenAPI document and the tests all read it. */
import { z } from "zod";
import type { Scope } from "../core/actor.ts";
import { statuses } from "../core/state.ts";
import {
  eventListSchema,
  modelRequestSchema,
  questionListSchema,
  runListSchema,
  runStateSchema,
} from "./wire.ts";
import * as bodies from "./wire-bodies.ts";
import {
  agentListSchema,
  healthSchema,
  refusalListSchema,
  scheduleListSchema,
  sessionListSchema,
  sessionSchema,
  toolListSchema,
  webhookListSchema,
} from "./wire-server.ts";

export interface Operation {
  method: "get" | "post" | "delete";
  /** With hono's `:name` for parameters. */
  path: string;
  summary: string;
  /** Scopes that a token needs. Empty: any caller. null: open to everybody. */
  scopes: readonly Scope[] | null;
  body?: z.ZodType;
  query?: z.ZodType;
  /** Status and body of success; a string is a media type. */
  success: readonly [number, z.ZodType | string | null];
}

const version = z.coerce.number().int().min(0);
const flag = z.enum(["true", "false"]).transform((value) => value === "true");
const statusList = z
  .string()
  .transform((list) => list.split(","))
  .pipe(z.array(z.enum(statuses)));

const runsQuery = z.strictObject({
  /** Several with commas between them. */
  status: statusList.optional(),
  agent: z.string().max(100).optional(),
  channel: z.string().max(100).optional(),
  principal: z.string().max(200).optional(),
  text: z.string().max(200).optional(),
  asking: flag.optional(),
  parent: z.string().max(200).optional(),
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});
export type RunsQuery = z.infer<typeof runsQuery>;

const afterQuery = z.strictObject({ after: version.default(0) });

export const operations = {
  launch: {
    method: "post",
    path: "/agent/launch",
    summary: "Start a run",
    scopes: ["launch"],
    body: bodies.launchBody,
    success: [202, runStateSchema],
  },
  state: {
    method: "get",
    path: "/agent/state/:id",
    summary: "A run as it is now",
    scopes: ["read"],
    success: [200, runStateSchema],
  },
  resume: {
    method: "post",
    path: "/agent/resume",
    summary: "Let a paused run, or one at its step limit, go on",
    scopes: ["read", "control"],
    body: bodies.runBody,
    success: [202, runStateSchema],
  },
  pause: {
    method: "post",
    path: "/agent/pause",
    summary: "Stop a run before its next call; resume goes on",
    scopes: ["read", "control"],
    body: bodies.runBody,
    success: [200, runStateSchema],
  },
  cancel: {
    method: "post",
    path: "/agent/cancel",
    summary: "End a run; a call that has started is waited for",
    scopes: ["read", "control"],
    body: bodies.cancelBody,
    success: [200, runStateSchema],
  },
  provideInput: {
    method: "post",
    path: "/agent/provide_input",
    summary: "Answer a question; the run goes on",
    scopes: ["read", "answer"],
    body: bodies.provideInputBody,
    success: [200, runStateSchema],
  },
  say: {
    method: "post",
    path: "/agent/say",
    summary: "Say something to a run while it works",
    scopes: ["read", "answer"],
    body: bodies.sayBody,
    success: [200, runStateSchema],
  },
  approve: {
    method: "post",
    path: "/agent/approve",
    summary: "Approve a call as shown, or with changed arguments",
    scopes: ["read", "approve"],
    body: bodies.approveBody,
    success: [200, runStateSchema],
  },
  refuse: {
    method: "post",
    path: "/agent/refuse",
    summary: "Refuse a call; the model is told the reason",
    scopes: ["read", "approve"],
    body: bodies.refuseBody,
    success: [200, runStateSchema],
  },
  runs: {
    method: "get",
    path: "/agent/runs",
    summary: "Runs the caller may see, newest first",
    scopes: ["read"],
    query: runsQuery,
    success: [200, runListSchema],
  },
  events: {
    method: "get",
    path: "/agent/runs/:id/events",
    summary: "The log of a run after a version",
    scopes: ["read"],
    query: afterQuery,
    success: [200, eventListSchema],
  },
  stream: {
    method: "get",
    path: "/agent/runs/:id/stream",
    summary: "The log of a run as it grows (server-sent events; Last-Event-ID or after picks it up)",
    scopes: ["read"],
    query: afterQuery,
    success: [200, "text/event-stream"],
  },
  request: {
    method: "get",
    path: "/agent/runs/:id/requests/:version",
    summary: "The exact request behind the model answer at a version",
    scopes: ["read"],
    success: [200, modelRequestSchema],
  },
  streamAll: {
    method: "get",
    path: "/agent/stream",
    summary: "Changes of all runs the caller may see (server-sent events: run, questions)",
    scopes: ["read"],
    success: [200, "text/event-stream"],
  },
  questions: {
    method: "get",
    path: "/questions",
    summary: "Open questions, oldest first",
    scopes: ["read"],
    success: [200, questionListSchema],
  },
  agents: {
    method: "get",
    path: "/agents",
    summary: "The agents",
    scopes: [],
    success: [200, agentListSchema],
  },
  tools: {
    method: "get",
    path: "/tools",
    summary: "The tools and what each may do",
    scopes: [],
    success: [200, toolListSchema],
  },
  webhooks: {
    method: "get",
    path: "/webhooks",
    summary: "The webhooks that start runs",
    scopes: ["admin"],
    success: [200, webhookListSchema],
  },
  schedules: {
    method: "get",
    path: "/schedules",
    summary: "The schedules that start runs",
    scopes: ["admin"],
    success: [200, scheduleListSchema],
  },
  refusals: {
    method: "get",
    path: "/refusals",
    summary: "Who was refused what, newest first",
    scopes: ["admin"],
    success: [200, refusalListSchema],
  },
  health: {
    method: "get",
    path: "/health",
    summary: "Whether the server works; callers it knows learn more",
    scopes: null,
    success: [200, healthSchema],
  },
  login: {
    method: "post",
    path: "/session",
    summary: "Log the console in with a one-time code",
    scopes: null,
    body: bodies.sessionBody,
    success: [200, sessionSchema],
  },
  session: {
    method: "get",
    path: "/session",
    summary: "Who the caller is",
    scopes: [],
    success: [200, sessionSchema],
  },
  logout: {
    method: "delete",
    path: "/session",
    summary: "Log the console out",
    scopes: [],
    success: [204, null],
  },
  sessions: {
    method: "get",
    path: "/sessions",
    summary: "The console's sessions",
    scopes: ["admin"],
    success: [200, sessionListSchema],
  },
  revoke: {
    method: "delete",
    path: "/sessions/:id",
    summary: "End a session and its streams",
    scopes: ["admin"],
    success: [204, null],
  },
  openapi: {
    method: "get",
    path: "/openapi.json",
    summary: "This API as an OpenAPI document",
    scopes: null,
    success: [200, "application/json"],
  },
  docs: {
    method: "get",
    path: "/docs",
    summary: "This API as a page",
    scopes: null,
    success: [200, "text/html"],
  },
  docsStyle: {
    method: "get",
    path: "/docs/style.css",
    summary: "How that page looks",
    scopes: null,
    success: [200, "text/css"],
  },
  problem: {
    method: "get",
    path: "/problems/:name",
    summary: "What a problem's type means",
    scopes: null,
    success: [200, "text/plain"],
  },
} as const satisfies Record<string, Operation>;

export type OperationId = keyof typeof operations;
export const operationIds = Object.keys(operations) as OperationId[];

type Part<K extends OperationId, P extends "body" | "query"> =
  (typeof operations)[K] extends Record<P, infer S extends z.ZodType> ? z.infer<S> : undefined;
export type BodyOf<K extends OperationId> = Part<K, "body">;
export type QueryOf<K extends OperationId> = Part<K, "query">;
