/** One call of a foreign tool: looked at once more, sent once, and what its silence or its error means. */
import { setTimeout as wait } from "node:timers/promises";
import {
  type CallToolResult,
  isInputRequiredResult,
  UrlElicitationRequiredError,
} from "@modelcontextprotocol/client";
import type { ToolEffect } from "../../src/core/agent.ts";
import type { Absence, CallContext } from "../../src/core/ports/toolbox.ts";
import type { Redact } from "../../src/core/text/redact.ts";
import { OutcomeUnknown, type WithAttachments } from "../../src/tools/contract.ts";
import { Asks, NotBegun } from "../../src/tools/endings.ts";
import {
  asks,
  type Given,
  type Held,
  heldIn,
  mostRounds,
  nextAsked,
  pagesOf,
  resultOf,
  roundOf,
  Unaskable,
  withAnswer,
} from "./asking.ts";
import type { Connection } from "./connection.ts";
import type { Definition } from "./definition.ts";
import { askedHash } from "./elicitation.ts";
import { lookedAt } from "./looked-at.ts";
import { afterQuestion, isCut, isLost, isMeant, meaningOf, ToolFailed } from "./meaning.ts";
import type { OpenCall, OpenCalls } from "./open-calls.ts";
import { toldOf, withFiles } from "./result.ts";
import { progressWords, sender } from "./sender.ts";

export interface Callee {
  /** The server's name, for people. */
  server: string;
  /** The tool's name here, for people. */
  tool: string;
  definition: Definition;
  effect: ToolEffect;
  timeoutMs: number;
  connection: Connection;
  open: OpenCalls;
  absence(): Absence | null;
  /** Takes out what the server may have been shown and must not be shown by us. */
  redact: Redact;
}

/** Throws an Error when it surely did not happen, or may be repeated; OutcomeUnknown when nobody can tell. */
export async function callTool(
  callee: Callee,
  input: Record<string, unknown>,
  context: CallContext,
): Promise<Came> {
  try {
    const told = await goneOn({ callee, input, context });
    if (!(told instanceof Asks)) return told;
    const { text, ...ask } = told.ask;
    return new Asks({ ...ask, text: callee.redact(text) }, told.held);
  } catch (error) {
    if (error instanceof Error) error.message = callee.redact(error.message);
    throw error;
  }
}

/** What a call came to, for now. */
type Came = string | WithAttachments | Asks;

interface Leg {
  callee: Callee;
  input: Record<string, unknown>;
  context: CallContext;
}

/** From its beginning, or from where it asked people. */
async function goneOn(leg: Leg): Promise<Came> {
  const { callee, context } = leg;
  if (context.answered === undefined) return sent(leg);
  const { answer } = context.answered;
  const held = heldIn(context.answered.held);
  switch (held.type) {
    case "open": {
      const given = [...held.given, { asked: held.asked, answer }];
      const open = callee.open.resume(held.id);
      open?.answer(resultOf(answer));
      if (open !== null) return afterQuestion(callee.effect, () => sent(leg, { open, given }));
      if (callee.effect === "once") {
        throw new OutcomeUnknown(`${callee.server}: the connection on which it asked has ended`);
      }
      return sent(leg, { repeats: given });
    }
    case "rounds": {
      const next = withAnswer(held, answer);
      return afterQuestion(callee.effect, async () => nextAsked(callee, next) ?? sent(leg, { round: next }));
    }
    case "pages": {
      if (answer.action !== "accept") {
        throw new NotBegun(`${callee.server} wants a page opened first, and nobody did. Nothing was done.`);
      }
      return pagesOf(callee, held.left.slice(1)) ?? sent(leg);
    }
  }
}

/** Where a call stands that has asked before. */
interface Before {
  /** It waits on its connection, and has been answered. */
  open?: OpenCall;
  /** What it was answered so far on this connection. */
  given?: readonly Given[];
  /** It is made once more: these answers are given again when it asks the same. */
  repeats?: readonly Given[];
  /** The answers to its last `input_required`. */
  round?: Extract<Held, { type: "rounds" }>;
}

async function sent(leg: Leg, before: Before = {}): Promise<Came> {
  const { callee, context } = leg;
  let now = before;
  for (let attempt = 1; ; attempt++) {
    const { open = await begun(leg, now.round), ...rest } = now;
    open.told = (said) => context.progress?.(callee.redact(progressWords(said)));
    try {
      return await followed(leg, open, rest);
    } catch (error) {
      if (isMeant(error) || context.signal.aborted) throw error;
      // What has asked was at work: from its beginning it would be another call.
      const isAtWork = callee.effect === "once" && (before.open ?? before.round) !== undefined;
      if (error instanceof UrlElicitationRequiredError && !isAtWork) {
        const pages = pagesOf(callee, error.elicitations);
        if (pages !== null) return pages;
      }
      if (isLost(error)) callee.connection.lost(open.client, error);
      // The connection broke: a call that changes nothing, or that may be repeated, is made once more.
      if (attempt > 1 || callee.effect === "once" || !isCut(error)) throw meaningOf(error, callee);
      const { given = [], repeats = given, round } = rest;
      now = { repeats, ...(round === undefined ? {} : { round }) };
    } finally {
      callee.open.over(open);
    }
  }
}

async function begun(leg: Leg, round: Before["round"]): Promise<OpenCall> {
  const { callee, context } = leg;
  const client = await lookedAt(callee, context.signal);
  const { runId, callId } = context;
  return callee.open.begin(client, { runId, callId }, sender(client, callee.definition, leg.input, round));
}

/** To its end, or to the next question that people must answer. */
async function followed(
  leg: Leg,
  open: OpenCall,
  { given = [], repeats = [], round }: Before,
): Promise<Came> {
  const { callee, context } = leg;
  const left = [...repeats];
  const answered = [...given];
  for (;;) {
    const next = await open.next(context.signal);
    if (next.type === "result") return ended(leg, next.result, round?.rounds ?? 0);
    const asked = askedHash(next.params);
    const known = left.findIndex((one) => one.asked === asked);
    const [again] = known < 0 ? [] : left.splice(known, 1);
    if (again === undefined) {
      if (answered.length >= mostRounds) {
        const words = `${callee.server} asked people more than ${mostRounds} times in one call`;
        open.giveUp(words);
        throw new Unaskable(words);
      }
      const held = { type: "open", id: open.id, asked, given: answered } as const;
      const question = asks(callee, next.params, held);
      callee.open.rest(open);
      return question;
    }
    answered.push(again);
    open.answer(resultOf(again.answer));
  }
}

async function ended(leg: Leg, result: CallToolResult, rounds: number): Promise<Came> {
  if (!isInputRequiredResult(result)) {
    const told = toldOf(result);
    if (result.isError === true) throw new ToolFailed(told.text);
    return withFiles({ ...told, text: leg.callee.redact(told.text) });
  }
  return afterQuestion(leg.callee.effect, async () => {
    const round = roundOf(leg.callee, result, rounds + 1);
    const question = nextAsked(leg.callee, round);
    if (question !== null) return question;
    // It asks for nothing but time.
    await wait(pauseMs, undefined, { signal: leg.context.signal });
    return sent(leg, { round });
  });
}

const pauseMs = 1_000;
