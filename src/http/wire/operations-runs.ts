/** The routes that start, change and show runs. */
import * as bodies from "./bodies.ts";
import { eventListSchema, modelRequestSchema, outcomeSchema } from "./events.ts";
import type { Operation } from "./operation.ts";
import { afterQuery, questionsQuery, runsQuery } from "./queries.ts";
import { questionListSchema } from "./questions.ts";
import { forgottenSchema, runListSchema, runStateSchema } from "./runs.ts";

/** By operation id. An operation without a handler in `src/http/routes` does not compile. */
export const runOperations = {
  launch: {
    method: "post",
    path: "/agent/launch",
    summary: "Start a run",
    scopes: ["launch"],
    body: bodies.launchBody,
    success: [200, runStateSchema],
  },
  again: {
    method: "post",
    path: "/agent/again",
    summary: "Start a run's task once more, with the data it began with, as little trusted as then",
    scopes: ["launch", "read"],
    body: bodies.runBody,
    success: [200, runStateSchema],
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
    success: [200, runStateSchema],
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
    summary:
      "Approve a call as shown; with `input` it is asked anew with these arguments, in the answer's questions",
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
  undo: {
    method: "post",
    path: "/agent/undo",
    summary:
      "Ask to undo what was approved by a question, once: in the run while it goes on, else in a new run, which is the answer",
    scopes: ["launch", "read"],
    body: bodies.undoBody,
    success: [200, runStateSchema],
  },
  forget: {
    method: "delete",
    path: "/agent/runs/:id",
    summary: "Forget an ended run, with the runs below it, for good: only that it was there is kept",
    scopes: ["read", "admin"],
    success: [200, forgottenSchema],
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
  outcome: {
    method: "get",
    path: "/agent/runs/:id/outcome",
    summary: "What came of a run, and where each number, hash, link and name in it comes from",
    scopes: ["read"],
    success: [200, outcomeSchema],
  },
  attachment: {
    method: "get",
    path: "/agent/runs/:id/attachments/:hash",
    summary: "A file that a call of the run brought: a picture as it is, anything else to be saved",
    scopes: ["read"],
    success: [200, "application/octet-stream"],
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
    summary:
      "Changes of all runs the caller may see (server-sent events: run is a RunSummary, questions is {open})",
    scopes: ["read"],
    success: [200, "text/event-stream"],
  },
  questions: {
    method: "get",
    path: "/questions",
    summary: "Open questions, oldest first, a page at a time",
    scopes: ["read"],
    query: questionsQuery,
    success: [200, questionListSchema],
  },
} as const satisfies Record<string, Operation>;
