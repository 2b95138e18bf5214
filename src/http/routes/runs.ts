/** Routes that look at runs. */
import { compose } from "../../core/compose.ts";
import type { EventBody, RunEvent } from "../../core/event.ts";
import { outcomeOrigins } from "../../core/origin/trace.ts";
import type { StoredAttachment } from "../../core/ports/kept-rows.ts";
import { fold } from "../../core/reduce/reduce.ts";
import type { State } from "../../core/state.ts";
import { isPicture } from "../../core/text/attachment.ts";
import { callerOf } from "../guard/auth.ts";
import type { Server } from "../guard/context.ts";
import { ProblemError } from "../guard/problems.ts";
import { parseCursor } from "../view/cursor.ts";
import { listQuestions } from "../view/questions.ts";
import type { EventList, WireEvent, WireModelRequest, WireOutcome } from "../wire/events.ts";
import type { Handlers } from "./route.ts";
import { readableRow, readableRun, showRun } from "./run-access.ts";
import { listRuns } from "./run-list.ts";

type RunRoutes = Pick<
  Handlers,
  "state" | "runs" | "events" | "outcome" | "attachment" | "request" | "questions"
>;

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
      const { runId } = await readableRow(server, callerOf(c).actor, c.req.param("id") ?? "");
      return c.json(await listEvents(server, runId, query.after));
    },
    outcome: async (c) => {
      const state = await readableRun(server, callerOf(c).actor, c.req.param("id") ?? "");
      return c.json(await tracedOutcome(server, state));
    },
    attachment: async (c) => {
      const { runId } = await readableRow(server, callerOf(c).actor, c.req.param("id") ?? "");
      return attachmentAnswer(await server.engine.store.attachment(runId, c.req.param("hash") ?? ""));
    },
    request: async (c) => {
      const { runId } = await readableRun(server, callerOf(c).actor, c.req.param("id") ?? "");
      return c.json(await modelRequest(server, runId, Number(c.req.param("version"))));
    },
    questions: async (c, { query: { cursor, limit } }) => {
      const after = cursor === undefined ? null : parseCursor(cursor, "oldest");
      return c.json(await listQuestions(server, callerOf(c).actor, { limit, after }));
    },
  };
}

/**
 * The provider's own items are opaque, often encrypted and large, as is what a tool holds: nobody else can read them. A
 * link is for one person, who is shown it with the question.
 */
export function viewEvent(event: RunEvent, version: number): WireEvent {
  const { at, ...body } = event;
  return { version, at, type: body.type, data: shown(body) };
}

function shown(body: EventBody): EventBody {
  switch (body.type) {
    case "model_answered":
      return { ...body, items: [] };
    case "call_suspended":
      return { ...body, held: null };
    case "question_asked": {
      const { link, ...question } = body.question;
      return link === undefined ? body : { ...body, question: { ...question, link: { ...link, url: "" } } };
    }
    default:
      return body;
  }
}

/** Only what a browser draws goes by its own type; anything else is a stranger's document, which never opens here. */
function attachmentAnswer(found: StoredAttachment | null): Response {
  if (!found) throw new ProblemError("not_found", "This run has no attachment with that hash.");
  const shown = isPicture(found);
  const disposition = `${shown ? "inline" : "attachment"}; filename*=UTF-8''${encodeURIComponent(found.name)}`;
  return new Response(new Uint8Array(found.bytes), {
    headers: {
      "Content-Type": shown ? found.mediaType : "application/octet-stream",
      "Content-Disposition": disposition,
    },
  });
}

/** What can't be read is named beside the others: nobody may take a log with a hole for a whole one. */
async function listEvents({ engine }: Server, runId: string, after: number): Promise<EventList> {
  const list: EventList = { events: [], unreadable: [] };
  for (const { version, ...read } of await engine.store.readEach(runId, after)) {
    if (read.event) list.events.push(viewEvent(read.event, version));
    else list.unreadable.push({ version, why: read.why });
  }
  return list;
}

async function tracedOutcome({ engine }: Server, { runId, phase }: State): Promise<WireOutcome> {
  const outcome = phase.at === "complete" ? phase.answer : phase.at === "failed" ? phase.message : null;
  const values = outcome === null ? [] : outcomeOrigins(outcome, await engine.seen(runId));
  return { run_id: runId, outcome, values };
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
