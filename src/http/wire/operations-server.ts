/** The routes about the server itself: what it offers, who is logged in, how it is. */

import { mcpBody, sessionBody } from "./bodies.ts";
import type { Operation } from "./operation.ts";
import { decisionsQuery } from "./queries.ts";
import {
  agentListSchema,
  approvalListSchema,
  healthSchema,
  loginCodeSchema,
  refusalListSchema,
  sessionListSchema,
  sessionSchema,
  toolListSchema,
} from "./server.ts";
import { scheduleListSchema, webhookListSchema } from "./sources.ts";
import { acceptBody, toolServerListSchema, toolServerReviewSchema } from "./tool-servers.ts";

/** By operation id. An operation without a handler in `src/http/routes` does not compile. */
export const serverOperations = {
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
  toolServers: {
    method: "get",
    path: "/tool-servers",
    summary: "Foreign servers of tools: what each offers, beside what is accepted of it",
    scopes: ["admin"],
    success: [200, toolServerListSchema],
  },
  acceptTools: {
    method: "post",
    path: "/tool-servers/:name/accept",
    summary: "Accept what a foreign server offers, as it was shown; the next start offers it to agents",
    scopes: ["admin"],
    body: acceptBody,
    success: [200, toolServerReviewSchema],
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
  approvals: {
    method: "get",
    path: "/approvals",
    summary: "What people decided about calls, newest first",
    scopes: ["admin"],
    query: decisionsQuery,
    success: [200, approvalListSchema],
  },
  refusals: {
    method: "get",
    path: "/refusals",
    summary: "Who was refused what, newest first",
    scopes: ["admin"],
    query: decisionsQuery,
    success: [200, refusalListSchema],
  },
  mcp: {
    method: "post",
    path: "/mcp",
    summary: "The Model Context Protocol over streamable HTTP: runs, and the tools that this bot offers",
    // Each of its tools asks for the scopes of what it does.
    scopes: [],
    body: mcpBody,
    success: [200, "text/event-stream"],
  },
  health: {
    method: "get",
    path: "/health",
    summary: "Whether the server works; callers it knows learn more",
    scopes: null,
    success: [200, healthSchema],
  },
  metrics: {
    method: "get",
    path: "/metrics",
    summary: "The same as numbers, for Prometheus",
    scopes: [],
    success: [200, "text/plain"],
  },
  login: {
    method: "post",
    path: "/session",
    summary: "Log the console in with a one-time code, or as whoever holds a token",
    scopes: null,
    body: sessionBody,
    success: [200, sessionSchema],
  },
  loginCode: {
    method: "post",
    path: "/session/code",
    summary: "A new one-time code that logs the caller in to the console, for 15 minutes",
    scopes: ["admin"],
    success: [201, loginCodeSchema],
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
