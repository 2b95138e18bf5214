/** What is sent of a call, and what the server says of its progress. */
import type { Client, Progress } from "@modelcontextprotocol/client";
import type { Held } from "./asking.ts";
import type { Definition } from "./definition.ts";
import type { Send } from "./open-calls.ts";

/** The tool's own limit holds for what it does; while people are asked there is none. */
const noLimitMs = 2 ** 31 - 1;

/** `round`: the answers to its last `input_required`. */
export function sender(
  client: Client,
  { name, schema }: Definition,
  input: Record<string, unknown>,
  round: Extract<Held, { type: "rounds" }> | undefined,
): Send {
  const toolDefinition = { name, inputSchema: { ...schema, type: "object" as const } };
  const state = round?.state ?? null;
  const params = {
    ...{ name, arguments: input },
    ...(round === undefined ? {} : { inputResponses: round.responses }),
    ...(state === null ? {} : { requestState: state }),
  };
  return (signal, onprogress) =>
    client.callTool(params, {
      ...{ signal, onprogress, toolDefinition, timeout: noLimitMs, allowInputRequired: true },
    });
}

/** `2 of 5: copying`, with what of it is there. */
export function progressWords({ progress, total, message }: Progress): string {
  const far = total === undefined ? String(progress) : `${progress} of ${total}`;
  return message === undefined ? far : `${far}: ${message}`;
}
