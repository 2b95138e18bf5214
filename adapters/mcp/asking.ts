/**
 * A call that asks people, from its question to the answer. What it holds meanwhile is in the log: for a server that
 * answers `input_required` all that takes it on, over restarts; for one that asks over its connection (protocols before
 * 2026) the name of a call that rests in this process, and is lost with it.
 */
import type { ElicitResult, InputRequiredResult } from "@modelcontextprotocol/client";
import { z } from "zod";
import type { FormAnswer } from "../../src/core/text/form-answer.ts";
import { Asks } from "../../src/tools/endings.ts";
import { type ElicitParams, questionOf } from "./elicitation.ts";

const answerSchema = z.discriminatedUnion("action", [
  z.object({ action: z.literal("accept"), content: z.record(z.string(), z.unknown()).optional() }),
  z.object({ action: z.enum(["decline", "cancel"]) }),
]);
/** An answer that was given, and to which question (by its hash): a repeated call that asks the same is told the same. */
const givenSchema = z.object({ asked: z.string(), answer: answerSchema });
export type Given = z.infer<typeof givenSchema>;

const formRequest = z.looseObject({
  mode: z.literal("form").optional(),
  message: z.string(),
  requestedSchema: z.looseObject({
    properties: z.record(z.string(), z.unknown()),
    required: z.array(z.string()).optional(),
  }),
});
const pageRequest = z.looseObject({ mode: z.literal("url"), message: z.string(), url: z.string() });
const requestSchema = z.union([pageRequest, formRequest]);

/** Bodies of `call_suspended`: old ones must be read for ever. */
const heldSchema = z.discriminatedUnion("type", [
  /** It waits on its connection, under this id in this process. */
  z.object({ type: z.literal("open"), id: z.string(), asked: z.string(), given: z.array(givenSchema) }),
  /** It ended in `input_required`: asked again with the answers and `state`, by whichever process. */
  z.object({
    type: z.literal("rounds"),
    state: z.string().nullable(),
    /** What is asked, by the server's keys; the first without an answer is the one that people read. */
    requests: z.record(z.string(), z.unknown()),
    responses: z.record(z.string(), answerSchema),
    rounds: z.number(),
  }),
  /** It did not begin: pages must be opened first. */
  z.object({ type: z.literal("pages"), left: z.array(z.unknown()) }),
]);
export type Held = z.infer<typeof heldSchema>;

/** Throws for what another release held and this one can't read. */
export function heldIn(value: unknown): Held {
  return heldSchema.parse(value);
}

/** It asked for what nobody here is asked for, and does not go on. */
export class Unaskable extends Error {}

/** Rounds of one call, and questions in one of them. */
export const mostRounds = 10;

export interface Asker {
  server: string;
  tool: string;
}

/** Throws Unaskable, with words for the model, when it must not be asked. */
export function asks({ server, tool }: Asker, params: ElicitParams, held: Held): Asks {
  const question = questionOf(server, tool, params);
  if ("refusal" in question)
    throw new Unaskable(`${server} asked people for what it must not: ${question.refusal}`);
  return new Asks(question, held);
}

/** The next question of an `input_required`; null: all are answered, or there was none. */
export function nextAsked(asker: Asker, held: Extract<Held, { type: "rounds" }>): Asks | null {
  for (const [key, request] of Object.entries(held.requests)) {
    if (Object.hasOwn(held.responses, key)) continue;
    return asks(asker, elicitIn(asker, request), held);
  }
  return null;
}

export function withAnswer(
  held: Extract<Held, { type: "rounds" }>,
  answer: FormAnswer,
): Extract<Held, { type: "rounds" }> {
  const key = Object.keys(held.requests).find((name) => !Object.hasOwn(held.responses, name));
  return key === undefined ? held : { ...held, responses: { ...held.responses, [key]: answer } };
}

/** Throws when it has no end, or asks for more than can be asked. */
export function roundOf(
  { server }: Asker,
  result: InputRequiredResult,
  rounds: number,
): Extract<Held, { type: "rounds" }> {
  const { inputRequests: requests = {}, requestState: state = null } = result;
  if (rounds > mostRounds) throw new Unaskable(`${server} asked more than ${mostRounds} times in one call`);
  if (Object.keys(requests).length > mostRounds) throw new Unaskable(`${server} asks for too much at once`);
  return { type: "rounds", state, requests, responses: {}, rounds };
}

const others: Readonly<Record<string, string>> = {
  "sampling/createMessage": "a model, which this client lends to no server",
  "roots/list": "folders, which are given in its configuration",
};

function elicitIn({ server }: Asker, request: unknown): ElicitParams {
  const { method, params } = z.looseObject({ method: z.string(), params: z.unknown() }).parse(request);
  if (method !== "elicitation/create") {
    throw new Unaskable(
      `${server} asks in the middle of the call for ${others[method] ?? "what this client has not"}`,
    );
  }
  return requestSchema.parse(params) as ElicitParams;
}

/** The first of the pages that a server wants opened before it begins; null: there is none. Throws for what is none. */
export function pagesOf(asker: Asker, left: readonly unknown[]): Asks | null {
  const [page] = left;
  if (page === undefined) return null;
  const params = pageRequest.parse(page) as ElicitParams;
  return asks(asker, params, { type: "pages", left: left.slice(0, mostRounds) });
}

/** As the server reads it. */
export function resultOf(answer: FormAnswer): ElicitResult {
  return answer as ElicitResult;
}
