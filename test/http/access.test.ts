/** Who may call what: one cell for each principal and each route. A new route without its cells does not compile. */
import { expect, test } from "vitest";
import type { AcceptableServer } from "../../src/core/ports/tool-server.ts";
import { type OperationId, operationIds, operations } from "../../src/http/wire/operations.ts";
import { accept, message } from "../support/http/mcp.ts";
import {
  approvingRun,
  askingRun,
  type Bench,
  bench,
  questionOf,
  type TokenName,
  undoableRun,
} from "../support/http/server.ts";

const callers = ["nobody", "machine", "reader", "answerer", "launcher", "admin", "owner"] as const;
/** One status per caller, in that order. `owner` is an admin whom this agent's rights do not list. */
type Cells = readonly [number, number, number, number, number, number, number];

const cells: Record<OperationId, Cells> = {
  launch: [401, 200, 403, 403, 200, 200, 403],
  again: [401, 403, 403, 403, 404, 200, 404],
  state: [401, 403, 200, 200, 404, 200, 404],
  resume: [401, 403, 403, 403, 404, 200, 404],
  pause: [401, 403, 403, 403, 404, 200, 404],
  cancel: [401, 403, 403, 403, 404, 200, 404],
  provideInput: [401, 403, 403, 200, 403, 200, 404],
  say: [401, 403, 403, 200, 403, 200, 404],
  approve: [401, 403, 403, 403, 403, 200, 404],
  refuse: [401, 403, 403, 403, 403, 200, 404],
  undo: [401, 403, 403, 403, 404, 200, 404],
  forget: [401, 403, 403, 403, 403, 200, 404],
  runs: [401, 403, 200, 200, 200, 200, 200],
  events: [401, 403, 200, 200, 404, 200, 404],
  stream: [401, 403, 200, 200, 404, 200, 404],
  outcome: [401, 403, 200, 200, 404, 200, 404],
  attachment: [401, 403, 200, 200, 404, 200, 404],
  request: [401, 403, 200, 200, 404, 200, 404],
  streamAll: [401, 403, 200, 200, 200, 200, 200],
  questions: [401, 403, 200, 200, 200, 200, 200],
  agents: [401, 200, 200, 200, 200, 200, 200],
  tools: [401, 200, 200, 200, 200, 200, 200],
  toolServers: [401, 403, 403, 403, 403, 200, 200],
  acceptTools: [401, 403, 403, 403, 403, 200, 200],
  webhooks: [401, 403, 403, 403, 403, 200, 200],
  schedules: [401, 403, 403, 403, 403, 200, 200],
  approvals: [401, 403, 403, 403, 403, 200, 200],
  refusals: [401, 403, 403, 403, 403, 200, 200],
  mcp: [401, 200, 200, 200, 200, 200, 200],
  health: [200, 200, 200, 200, 200, 200, 200],
  metrics: [401, 200, 200, 200, 200, 200, 200],
  login: [401, 401, 401, 401, 401, 401, 401],
  session: [401, 200, 200, 200, 200, 200, 200],
  logout: [401, 204, 204, 204, 204, 204, 204],
  sessions: [401, 403, 403, 403, 403, 200, 200],
  loginCode: [401, 403, 403, 403, 403, 201, 201],
  revoke: [401, 403, 403, 403, 403, 404, 404],
  openapi: [200, 200, 200, 200, 200, 200, 200],
  docs: [200, 200, 200, 200, 200, 200, 200],
  docsStyle: [200, 200, 200, 200, 200, 200, 200],
  problem: [200, 200, 200, 200, 200, 200, 200],
};

/** A request that would succeed for somebody with every right, on a run of `admin` made for it. */
async function requestFor(
  b: Bench,
  id: OperationId,
): Promise<{ path: string; json?: unknown; headers?: Record<string, string> }> {
  const { path } = operations[id];
  switch (id) {
    case "launch":
      return { path, json: { input_prompt: "a", agent: "helper" } };
    case "mcp":
      return { path, json: message("ping"), headers: accept };
    case "acceptTools":
      return { path: path.replace(":name", "files"), json: { tools: [] } };
    case "login":
      return { path, json: { code: "wrong" } };
    case "provideInput":
    case "say": {
      const run = await askingRun(b);
      return { path, json: { id: run.id, [id === "say" ? "text" : "answer"]: "3" } };
    }
    case "approve":
    case "refuse": {
      const run = await approvingRun(b);
      const reason = id === "refuse" ? { reason: "no" } : {};
      return { path, json: { id: run.id, question_id: questionOf(run), ...reason } };
    }
    case "undo": {
      const { run, questionId } = await undoableRun(b);
      return { path, json: { id: run.id, question_id: questionId } };
    }
    case "attachment": {
      const run = await b.launch();
      const file = { hash: "h1", name: "a.png", mediaType: "image/png", bytes: new Uint8Array(3) };
      await b.engine.store.saveAttachment({ runId: run.id, ...file });
      return { path: path.replace(":id", run.id).replace(":hash", file.hash) };
    }
    case "forget": {
      const run = await b.launch();
      await b.engine.happen(run.id, { type: "completed", answer: "3" });
      return { path: path.replace(":id", run.id) };
    }
    case "again":
    case "resume":
    case "pause":
    case "cancel": {
      const run = await b.launch();
      if (id === "resume") await b.call("POST", "/agent/pause", { json: { id: run.id } });
      return { path, json: { id: run.id } };
    }
    default: {
      if (!path.includes(":")) return { path };
      const run = await askingRun(b);
      const name = path.startsWith("/problems/") ? "run-busy" : "0123456789abcdef";
      const isRun = path.startsWith("/agent/");
      return {
        path: path
          .replace(":id", isRun ? run.id : name)
          .replace(":version", "2")
          .replace(":name", name),
      };
    }
  }
}

/** A foreign server that offers nothing. */
const files: AcceptableServer = {
  name: "files",
  status: () => ({ name: "files", ok: true, detail: "no tools", version: null, tools: [] }),
  review: async () => ({ ...files.status(), tools: [] }),
  accept: async () => files.status(),
};

test.each(operationIds)("%s", async (id) => {
  using b = await bench({ toolServers: [files] });
  const statuses: number[] = [];
  for (const caller of callers) {
    const { path, ...options } = await requestFor(b, id);
    const as: TokenName | null = caller === "nobody" ? null : caller;
    const response = await b.call(operations[id].method.toUpperCase(), path, { as, ...options });
    statuses.push(response.status);
  }
  expect(statuses).toEqual(cells[id]);
});
