/** What an error in the middle of a call means: whether the call was made, is in doubt, or is made once more. */
import {
  ProtocolError,
  ProtocolErrorCode,
  SdkError,
  SdkErrorCode,
  SdkHttpError,
  UnauthorizedError,
} from "@modelcontextprotocol/client";
import type { ToolEffect } from "../../src/core/agent.ts";
import { OutcomeUnknown } from "../../src/tools/contract.ts";
import { NotBegun } from "../../src/tools/endings.ts";
import { NoAnswer } from "../../src/tools/outbound.ts";
import { Unaskable } from "./asking.ts";
import { failureWords } from "./failure-words.ts";

/** The server's own word for it that the tool failed. */
export class ToolFailed extends Error {}

/** It says already what became of the call. */
export function isMeant(error: unknown): boolean {
  return [ToolFailed, Unaskable, NotBegun, OutcomeUnknown].some((known) => error instanceof known);
}

/**
 * What follows once the server has been at work on the call, and ended that in a question: nothing that this client
 * refuses, or can't send, tells what was done before. Throws OutcomeUnknown for a `once` call, but for the server's own
 * word that the tool failed.
 */
export async function afterQuestion<T>(effect: ToolEffect, follow: () => Promise<T>): Promise<T> {
  try {
    return await follow();
  } catch (error) {
    if (effect !== "once" || error instanceof ToolFailed || error instanceof OutcomeUnknown) throw error;
    throw new OutcomeUnknown(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** The connection ended in the middle. */
export function isCut(error: unknown): boolean {
  const { ConnectionClosed, NotConnected } = SdkErrorCode;
  const isClosed = error instanceof SdkError && [ConnectionClosed, NotConnected].includes(error.code);
  return isClosed || isLost(error);
}

/** No answer, or one that says that it knows nothing of the session: it has been started anew. */
export function isLost(error: unknown): boolean {
  return error instanceof NoAnswer || (error instanceof SdkHttpError && error.status === 404);
}

/** Answers that a server gives before it begins anything. */
const neverBegun: ReadonlySet<number> = new Set([
  ProtocolErrorCode.ParseError,
  ProtocolErrorCode.InvalidRequest,
  ProtocolErrorCode.MethodNotFound,
  ProtocolErrorCode.InvalidParams,
]);

export function meaningOf(error: unknown, { effect, server }: { effect: ToolEffect; server: string }): Error {
  const why = `${server}: ${failureWords(error)}`;
  if (effect === "once" && !wasRefused(error)) return new OutcomeUnknown(why);
  return new Error(why);
}

function wasRefused(error: unknown): boolean {
  if (error instanceof ProtocolError) return neverBegun.has(error.code);
  if (error instanceof NoAnswer) return !error.sent;
  if (error instanceof UnauthorizedError) return true;
  // 408 is a gateway's word that it gave up waiting.
  if (error instanceof SdkHttpError) return error.status >= 400 && error.status < 500 && error.status !== 408;
  return error instanceof SdkError && error.code === SdkErrorCode.NotConnected;
}
