/** The Model port without a model: a deterministic, honest stand-in that shows the whole loop without a key. */
import { setTimeout as wait } from "node:timers/promises";
import { type Model, type ModelAnswer, ModelError, type ModelRequest } from "../../src/core/ports/model.ts";
import { conversationOf } from "./conversation.ts";
import { nextMove } from "./reply.ts";
import type { Move, Wanted } from "./solve.ts";

/** Calls in one answer; fewer than agents are allowed by default. */
const mostCalls = 4;

/**
 * A pure function of the request: it remembers nothing, and the same request gets the same answer.
 * `delayMs`: how long it pretends to think, so that people can watch it (and kill it).
 */
export function demoModel({ delayMs = 0 }: { delayMs?: number } = {}): Model {
  return {
    name: "demo",
    async answer(request, signal) {
      await pause(delayMs, signal);
      return answerTo(request);
    },
  };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  const stopped = (cause: unknown) =>
    new ModelError("aborted", "The model call was stopped by us.", { retryable: true, cause });
  if (signal.aborted) throw stopped(signal.reason);
  if (ms === 0) return;
  await wait(ms, undefined, { signal }).catch((error: unknown) => {
    throw stopped(error);
  });
}

function answerTo(request: ModelRequest): ModelAnswer {
  const offered = new Set(request.tools.map((tool) => tool.name));
  const move = possible(nextMove(conversationOf(request.input)), offered);
  if ("calls" in move) return answer(null, numbered(move.calls.slice(0, mostCalls), request));
  const words = labelled(move.done);
  return offered.has("final_answer")
    ? answer(null, numbered([{ tool: "final_answer", input: { answer: words } }], request))
    : answer(words, []);
}

/** The demo model can do nothing without tools, and says which one it misses. */
function possible(move: Move, offered: ReadonlySet<string>): Move {
  if ("done" in move) return move;
  const missing = move.calls.find((call) => !offered.has(call.tool));
  return missing
    ? { done: `I would need the tool ${missing.tool} for this, and this agent has none.` }
    : move;
}

/** It never passes for a real model. */
function labelled(words: string): string {
  return words.includes("demo model") ? words : `${words} (demo model)`;
}

/** Ids are unique in the run: the former calls are counted. */
function numbered(calls: readonly Wanted[], request: ModelRequest): ModelAnswer["calls"] {
  const former = request.input.reduce(
    (sum, entry) => sum + (entry.type === "model" ? entry.calls.length : 0),
    0,
  );
  return calls.map(({ tool, input }, at) => ({
    id: `call_${former + at + 1}`,
    tool,
    arguments: JSON.stringify(input),
  }));
}

function answer(text: string | null, calls: ModelAnswer["calls"]): ModelAnswer {
  const usage = { inputTokens: 0, cachedTokens: 0, outputTokens: 0, reasoningTokens: 0, costUsd: 0 };
  return { text, calls, refusal: null, cut: null, items: [], provider: "demo", model: "demo", usage };
}
