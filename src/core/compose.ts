/** `compose(state, agent, tools) → model request`: the whole context window, which grows only at its end. */
import type { Agent, ToolSpec } from "./agent.ts";
import { isFull } from "./pages.ts";
import type { ModelInput, ModelRequest } from "./ports/model.ts";
import type { Entry, State } from "./state.ts";
import { defuse, fence } from "./text/fence.ts";

/** Full pages as the model is told them: a step of a long run tells only what is new. */
const toldPages = new WeakMap<readonly Entry[], readonly ModelInput[]>();
const nothing: readonly ModelInput[] = [];

/** `tools` by name; a tool of the agent that is not there is left out. The same state gives the same request. */
export function compose(state: State, agent: Agent, tools: Readonly<Record<string, ToolSpec>>): ModelRequest {
  return {
    model: agent.model,
    instructions: agent.instructions,
    tools: agent.tools.flatMap((name) => tools[name] ?? []),
    input: nothing.concat(...state.entries.map(told)),
    cacheKey: `${agent.name}-${agent.hash.slice(0, 16)}`,
  };
}

function told(page: readonly Entry[]): readonly ModelInput[] {
  const known = toldPages.get(page);
  if (known) return known;
  const inputs = page.map(inputOf);
  if (isFull(page)) toldPages.set(page, inputs);
  return inputs;
}

/** People's words keep their name; what no listed person wrote is fenced as data that gives no orders. */
function inputOf(entry: Entry): ModelInput {
  switch (entry.type) {
    case "task":
    case "said":
      return { type: "user", text: wordsOf(entry) };
    case "data":
      return {
        type: "user",
        text: fence("data", { source: entry.source, trusted: entry.trusted ? "yes" : "no" }, entry.text),
      };
    case "notice":
      return { type: "user", text: `<notice>\n${defuse(entry.text)}\n</notice>` };
    case "model": {
      const { text, calls, items, provider } = entry.answer;
      return { type: "model", text, calls, items, provider };
    }
    case "result":
      return { type: "result", callId: entry.callId, output: resultOf(entry) };
  }
}

function wordsOf(entry: Extract<Entry, { type: "task" | "said" }>): string {
  return entry.trusted
    ? fence(entry.type, { from: entry.from }, entry.text)
    : fence("data", { source: entry.from, trusted: "no" }, entry.text);
}

function resultOf(entry: Extract<Entry, { type: "result" }>): string {
  const output = entry.untrusted
    ? fence("data", { source: entry.tool, trusted: "no" }, entry.output)
    : defuse(entry.output);
  if (!entry.changed) return output;
  const { by, input } = entry.changed;
  const notice = `${by} changed the arguments before approving. It ran with: ${JSON.stringify(input)}`;
  return `<notice>\n${defuse(notice)}\n</notice>\n${output}`;
}
