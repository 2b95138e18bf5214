/** Tool calls of a Chat stream, put together from their pieces. */
import type { ChatCompletionChunk } from "openai/resources/chat/completions";

export interface PartialCall {
  /** Empty until the server names one; some never do. */
  id: string;
  index: number | null;
  tool: string;
  args: string;
}

type Delta = NonNullable<ChatCompletionChunk.Choice.Delta["tool_calls"]>[number];

/**
 * A piece belongs to the call with its index. Servers differ: some omit the index (then the id decides, or else it
 * continues the last call), some give every call of an answer index 0, some repeat id and name in each piece.
 */
export function withDelta(calls: readonly PartialCall[], delta: Delta): readonly PartialCall[] {
  const at = positionOf(calls, delta);
  const former = calls[at] ?? { id: "", index: delta.index ?? null, tool: "", args: "" };
  const merged: PartialCall = {
    id: former.id || (delta.id ?? ""),
    index: former.index,
    tool: former.tool || (delta.function?.name ?? ""),
    args: former.args + (delta.function?.arguments ?? ""),
  };
  return at < calls.length ? calls.with(at, merged) : [...calls, merged];
}

function positionOf(calls: readonly PartialCall[], delta: Delta): number {
  // The type promises an index; compatible servers do not.
  const index: number | undefined = delta.index;
  const found =
    index === undefined
      ? calls.findLastIndex((call) => !delta.id || call.id === delta.id)
      : calls.findLastIndex((call) => call.index === index);
  const call = calls[found];
  if (!call) return calls.length;
  const another = Boolean(delta.id && call.id && delta.id !== call.id && delta.function?.name);
  return another ? calls.length : found;
}
