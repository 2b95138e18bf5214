/** The model: what it does next follows from the item's plan and from what it is told of it, and from nothing else. */
import { colourOf, type Item, type Step } from "./ledger.ts";

interface ChatMessage {
  role: string;
  content?: string | null;
  tool_call_id?: string;
  tool_calls?: { id: string; function: { name: string } }[];
}

/** As much of a request for a chat completion as this model reads. */
export interface ChatRequest {
  messages: ChatMessage[];
}

/** Every call has exactly one result before the next answer, or a provider refuses the run for ever; null: it has. */
export function faultOf({ messages }: ChatRequest): string | null {
  const called = messages.flatMap(({ tool_calls: calls = [] }) => calls.map(({ id }) => id));
  const results = messages.flatMap(({ tool_call_id: id }) => id ?? []);
  if (new Set(called).size !== called.length) return `calls with the same id: ${called}`;
  return called.join() === results.join() ? null : `calls ${called}, but results of ${results}`;
}

/** The whole answer at once. Words that people put in between, and a step that failed, change nothing of the plan. */
export function answerOf({ messages }: ChatRequest, item: Item): object {
  const results = messages.filter(({ role }) => role === "tool");
  const step = item.plan[results.length];
  const [name, args] = step === undefined ? final(item, results) : callOf(step, item);
  const id = `call_${results.length + 1}`;
  const call = { id, type: "function", function: { name, arguments: JSON.stringify(args) } };
  return {
    ...{ id: `chat-${item.id}-${results.length}`, object: "chat.completion", created: 1, model: "plans" },
    choices: [
      {
        ...{ index: 0, finish_reason: "tool_calls" },
        message: { role: "assistant", content: null, tool_calls: [call] },
      },
    ],
    usage: { prompt_tokens: 50, completion_tokens: 5, total_tokens: 55 },
  };
}

function callOf(step: Step, { id }: Item): [string, object] {
  switch (step) {
    case "ask":
      return [
        "ask_human",
        { question: `Which colour for ${id}?`, choices: ["blue", "green"], context: null },
      ];
    case "nap":
      return ["sleep_until", { seconds: 1 }];
    default:
      return [step, { item: id }];
  }
}

/** Names the colour that it was told, if it asked for one. */
function final(item: Item, results: readonly ChatMessage[]): [string, object] {
  const asked = item.plan.indexOf("ask");
  const told = asked < 0 ? null : /blue|green/.exec(results[asked]?.content ?? "")?.[0];
  return ["final_answer", { answer: endingOf(item, told) }];
}

/** How the final answer of an item reads; `colour`: null when none was asked for. */
export function endingOf(item: Item, colour: string | null | undefined = colourOf(item.id)): string {
  const isAsked = item.plan.includes("ask");
  return `${item.id} is done${isAsked ? ` in ${colour ?? "no colour"}` : ""}.`;
}
