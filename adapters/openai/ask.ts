/** Asks a model's server, again without each optional part that it refuses, until it takes the request. */
import type OpenAI from "openai";
import type { LeftOut, ModelRequest } from "../../src/core/ports/model.ts";
import { eventsOf } from "./answer-events.ts";
import { chatRequest } from "./chat.ts";
import { readChat } from "./chat-answer.ts";
import { complaintOf, type Destination, isOverflow } from "./errors.ts";
import type { HostFeatures } from "./host.ts";
import type { Reading, Target } from "./reading.ts";
import { type Optional, optionalIn, refusedOf } from "./refused.ts";
import { responsesRequest } from "./responses.ts";
import { readResponses } from "./responses-answer.ts";
import type { TimeLimits } from "./time-limits.ts";

/** One host and what it is known to understand. */
export interface Server {
  api: "responses" | "chat";
  host: string;
  features: HostFeatures;
  client: OpenAI;
}

interface Asking {
  server: Server;
  destination: Destination;
  limits: TimeLimits;
  refused: ReadonlySet<Optional>;
}

/**
 * Ask, and ask again without whatever optional the server refuses. Ends: each time something more is left out of what
 * there is to leave out. Throws what the last request ended with.
 */
export async function askUntilTaken(request: ModelRequest, asking: Asking) {
  const leftOut: LeftOut[] = [];
  const without = new Set(asking.refused);
  for (;;) {
    const target = targetOf(asking.server, asking.destination.model, new Set(without));
    const body =
      asking.server.api === "chat" ? chatRequest(request, target) : responsesRequest(request, target);
    try {
      return { reading: await ask(body, request, asking), target, leftOut };
    } catch (error) {
      const complaint = complaintOf(error, asking.destination);
      if (complaint === null || isOverflow(complaint)) throw error;
      const [field] = refusedOf(complaint, optionalIn(body, target.can)).filter((one) => !without.has(one));
      if (field === undefined) throw error;
      without.add(field);
      leftOut.push({ field, words: complaint.words });
    }
  }
}

function targetOf({ api, host, features }: Server, model: string, without: ReadonlySet<Optional>): Target {
  const left = Object.entries(features).map(([name, can]) => [name, can && !without.has(name as Optional)]);
  const can = Object.fromEntries(left) as unknown as HostFeatures;
  return { model, provider: `openai-${api}:${host}/${model}`, can, without };
}

/** One request, and its answer in whatever form it comes. */
async function ask(
  body: ReturnType<typeof chatRequest> | ReturnType<typeof responsesRequest>,
  request: ModelRequest,
  { server: { api, client, host }, limits }: Asking,
): Promise<Reading> {
  if (body.stream !== true) limits.awaitWhole();
  const over = new AbortController();
  const signal = AbortSignal.any([limits.signal, over.signal]);
  const response =
    "messages" in body
      ? await client.chat.completions.create(body, { signal }).asResponse()
      : await client.responses.create(body, { signal }).asResponse();
  const events = limits.watch(eventsOf(response, { client, api, host, request: over }));
  return api === "chat" ? readChat(events, callIds(request)) : readResponses(events, callIds(request));
}

function callIds(request: ModelRequest): ReadonlySet<string> {
  const calls = request.input.flatMap((entry) => (entry.type === "model" ? entry.calls : []));
  return new Set(calls.map((call) => call.id));
}
