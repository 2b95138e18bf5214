/** One call of a foreign tool: looked at once more, sent once, and what its silence or its error means. */
import {
  type Progress,
  ProtocolError,
  ProtocolErrorCode,
  SdkError,
  SdkErrorCode,
  SdkHttpError,
  UnauthorizedError,
} from "@modelcontextprotocol/client";
import type { ToolEffect } from "../../src/core/agent.ts";
import type { Absence, CallContext } from "../../src/core/ports/toolbox.ts";
import type { Redact } from "../../src/core/text/redact.ts";
import { OutcomeUnknown } from "../../src/tools/contract.ts";
import { NoAnswer } from "../../src/tools/outbound.ts";
import type { Connection } from "./connection.ts";
import type { Definition } from "./definition.ts";
import { textOf } from "./result.ts";

export interface Callee {
  /** The server's name, for people. */
  server: string;
  definition: Definition;
  effect: ToolEffect;
  timeoutMs: number;
  connection: Connection;
  absence(): Absence | null;
  /** Takes out what the server may have been shown and must not be shown by us. */
  redact: Redact;
}

/** Throws an Error when it surely did not happen, or may be repeated; OutcomeUnknown when nobody can tell. */
export async function callTool(
  callee: Callee,
  input: Record<string, unknown>,
  context: CallContext,
): Promise<string> {
  try {
    return callee.redact(await sent(callee, input, context));
  } catch (error) {
    if (error instanceof Error) error.message = callee.redact(error.message);
    throw error;
  }
}

async function sent(callee: Callee, input: Record<string, unknown>, context: CallContext): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const client = await lookedAt(callee, context.signal);
    const { name, schema } = callee.definition;
    // Above the tool's own limit, which says what happened.
    const options = { signal: context.signal, timeout: callee.timeoutMs + 5_000 };
    const toolDefinition = { name, inputSchema: { ...schema, type: "object" as const } };
    try {
      const { progress } = context;
      const onprogress = progress && ((said: Progress) => progress(callee.redact(progressWords(said))));
      const told = onprogress === undefined ? {} : { onprogress };
      const result = await client.callTool(
        { name, arguments: input },
        { ...options, ...told, toolDefinition },
      );
      const text = textOf(result);
      if (result.isError === true) throw new ToolFailed(text);
      return text;
    } catch (error) {
      if (error instanceof ToolFailed || context.signal.aborted) throw error;
      if (isLost(error)) callee.connection.lost(client, error);
      // The connection broke: a call that changes nothing, or that may be repeated, is made once more.
      if (attempt === 1 && callee.effect !== "once" && isCut(error)) continue;
      throw meaningOf(error, callee);
    }
  }
}

/** `2 of 5: copying`, with what of it is there. */
function progressWords({ progress, total, message }: Progress): string {
  const far = total === undefined ? String(progress) : `${progress} of ${total}`;
  return message === undefined ? far : `${far}: ${message}`;
}

/** The server's own word for it that the tool failed. */
class ToolFailed extends Error {}

/** What changes the world is compared with what was accepted directly before it is sent. */
async function lookedAt({ connection, effect, server, absence }: Callee, signal: AbortSignal) {
  const away = (error: unknown) =>
    new Error(`${server} is away: ${error instanceof Error ? error.message : error}. Nothing was sent.`);
  const client = await connection
    .ready(signal)
    .then(async (found) => {
      if (effect === "read") return found;
      // A server that was started anew is found out here, and connected again.
      return connection.relist().then(
        () => found,
        async () => {
          const again = await connection.ready(signal);
          await connection.relist();
          return again;
        },
      );
    })
    .catch((error: unknown) => {
      throw away(error);
    });
  const found = absence();
  if (found?.code === "changed") throw new Error(`Nothing was sent: ${found.words}`);
  return client;
}

function isCut(error: unknown): boolean {
  const { ConnectionClosed, NotConnected } = SdkErrorCode;
  const isClosed = error instanceof SdkError && [ConnectionClosed, NotConnected].includes(error.code);
  return isClosed || isLost(error);
}

/** No answer, or one that says that it knows nothing of the session: it has been started anew. */
function isLost(error: unknown): boolean {
  return error instanceof NoAnswer || (error instanceof SdkHttpError && error.status === 404);
}

/** Answers that a server gives before it begins anything. */
const neverBegun: ReadonlySet<number> = new Set([
  ProtocolErrorCode.ParseError,
  ProtocolErrorCode.InvalidRequest,
  ProtocolErrorCode.MethodNotFound,
  ProtocolErrorCode.InvalidParams,
]);

function meaningOf(error: unknown, { effect, server }: Callee): Error {
  const why = `${server}: ${error instanceof Error ? error.message : error}`;
  if (effect === "once" && !wasRefused(error)) return new OutcomeUnknown(why);
  return new Error(why);
}

function wasRefused(error: unknown): boolean {
  if (error instanceof ProtocolError) return neverBegun.has(error.code);
  if (error instanceof NoAnswer) return !error.sent;
  if (error instanceof UnauthorizedError) return true;
  if (error instanceof SdkHttpError) return error.status >= 400 && error.status < 500;
  return error instanceof SdkError && error.code === SdkErrorCode.NotConnected;
}
