/** Routes that look at runs. */
import type { Actor } from "../../core/actor.ts";
import { compose } from "../../core/compose.ts";
import type { RunEvent } from "../../core/event.ts";
import type { RunFilter, RunRow } from "../../core/ports/store.ts";
import { fold } from "../../core/reduce/reduce.ts";
import { callerOf } from "../guard/auth.ts";
import type { Server } from "../guard/context.ts";
import { ProblemError } from "../guard/problems.ts";
import { mayReadRow } from "../view/child-runs.ts";
import { viewQuestion, viewSummary } from "../view/run.ts";
import type { RunsQuery } from "../wire/operations-runs.ts";
import type { OpenWireQuestion, RunList, WireEvent, WireModelRequest } from "../wire/runs.ts";
import type { Handlers } from "./route.ts";
import { readableRun, showRun } from "./run-access.ts";

type RunRoutes = Pick<Handlers, "state" | "runs" | "events" | "request" | "questions">;

/** A run that the caller may not see is answered 404 `run_not_found`; lists leave it out. */
export function runRoutes(server: Server): RunRoutes {
  return {
    state: async (c) => {
      const { actor } = callerOf(c);
      const state = await readableRun(server, actor, c.req.param("id") ?? "");
      return c.json(await showRun(server, actor, state));
    },
    runs: async (c, { query }) => c.json(await listRuns(server, callerOf(c).actor, query)),
    events: async (c, { query }) => {
      const { runId } = await readableRun(server, callerOf(c).actor, c.req.param("id") ?? "");
      const events = await server.engine.events(runId, query.after);
      return c.json({ events: events.map((event, index) => viewEvent(event, query.after + index + 1)) });
    },
    request: async (c) => {
      const { runId } = await readableRun(server, callerOf(c).actor, c.req.param("id") ?? "");
      return c.json(await modelRequest(server, runId, Number(c.req.param("version"))));
    },
    questions: async (c) => c.json({ questions: await openQuestions(server, callerOf(c).actor) }),
  };
}

/** The provider's own items are opaque, often encrypted and large: nobody outside the driver can read them. */
export function viewEvent(event: RunEvent, version: number): WireEvent {
  const { at, ...body } = event;
  const data = body.type === "model_answered" ? { ...body, items: [] } : body;
  return { version, at, type: body.type, data };
}

/** At most this many rows are looked at for one page: who may see little pages on instead of waiting. */
const maxScanned = 1000;

async function listRuns(server: Server, actor: Actor, query: RunsQuery): Promise<RunList> {
  const filter = filterOf(query);
  const found: RunRow[] = [];
  let before = filter.before;
  for (let scanned = 0; scanned < maxScanned; scanned += filter.limit) {
    const rows = await server.engine.store.runs({ ...filter, ...(before ? { before } : {}) });
    found.push(...rows.filter((row) => mayReadRow(server, actor, row)));
    before = rows.at(-1);
    if (found.length > query.limit || rows.length < filter.limit) {
      return pageOf(found, query.limit);
    }
  }
  return { runs: found.map(viewSummary), next: before ? cursorOf(before) : null };
}

/** One more than fits was looked for: it says whether there is a next page. */
function pageOf(found: readonly RunRow[], limit: number): RunList {
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return { runs: page.map(viewSummary), next: last && found.length > limit ? cursorOf(last) : null };
}

function filterOf(query: RunsQuery): RunFilter {
  const { status, agent, channel, principal, text, asking, parent, cursor, limit } = query;
  return {
    limit: limit + 1,
    ...(status ? { status } : {}),
    ...(agent === undefined ? {} : { agent }),
    ...(channel === undefined ? {} : { channel }),
    ...(principal === undefined ? {} : { principal }),
    ...(text === undefined ? {} : { text }),
    ...(asking === undefined ? {} : { asking }),
    ...(parent === undefined ? {} : { parentId: parent }),
    ...(cursor === undefined ? {} : { before: parseCursor(cursor) }),
  };
}

function cursorOf({ launchedAt, runId }: Pick<RunRow, "launchedAt" | "runId">): string {
  return Buffer.from(`${launchedAt} ${runId}`).toString("base64url");
}

function parseCursor(cursor: string): { launchedAt: number; runId: string } {
  const [, launchedAt, runId] =
    /^(\d{1,16}) ([\w.:-]+)$/.exec(Buffer.from(cursor, "base64url").toString()) ?? [];
  if (launchedAt !== undefined && runId !== undefined) return { launchedAt: Number(launchedAt), runId };
  throw new ProblemError(
    "validation_failed",
    "The cursor is not one of ours. Leave it out to start at the newest.",
    {
      more: { errors: [{ pointer: "/cursor", detail: "is not a cursor of this list" }] },
    },
  );
}

/** Renders the request again from the events before the answer, with the agent that the run has kept. */
async function modelRequest(server: Server, runId: string, version: number): Promise<WireModelRequest> {
  const events = await server.engine.events(runId);
  const answer = events[version - 1];
  if (answer?.type !== "model_answered") {
    throw new ProblemError("not_found", "The event at this version is not an answer of the model.");
  }
  const before = fold(events.slice(0, version - 1));
  const { agent, tools } = await server.engine.policy(before);
  const request = compose(before, agent, tools);
  return {
    run_id: runId,
    version,
    model: request.model,
    prompt_hash: answer.promptHash,
    instructions: request.instructions,
    tools: request.tools.map(({ name, description, schema }) => ({ name, description, schema })),
    input: [...request.input],
  };
}

const maxQuestions = 1000;

async function openQuestions(server: Server, actor: Actor): Promise<OpenWireQuestion[]> {
  const { engine } = server;
  const rows = await engine.store.openQuestions(maxQuestions);
  const runIds = [...new Set(rows.map((row) => row.runId))];
  const asked = runIds.map(async (runId) => {
    const questions = await engine.unreadable.orNull(questionsOf(server, actor, runId));
    return questions ?? [];
  });
  return (await Promise.all(asked)).flat().sort((a, b) => a.asked_at - b.asked_at);
}

async function questionsOf({ engine }: Server, actor: Actor, runId: string): Promise<OpenWireQuestion[]> {
  const state = await engine.state(runId);
  if (!state || !engine.mayRead(actor, state)) return [];
  const policy = await engine.policy(state);
  const run = { agent: state.agent.name, task: state.title, from: state.from };
  return state.questions.map((open) => ({ ...viewQuestion(open, { state, policy }, actor), ...run }));
}
