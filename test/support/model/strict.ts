/** A Chat or Responses server that refuses whatever it was told to refuse, in the words of real ones. */
import { chatStream, failure, type Script, type SseServer, stream } from "./sse.ts";

type Body = Record<string, unknown>;

/** null: nothing against it. */
export type Rule = (body: Body) => { status: number; body: unknown } | null;

/** Answers by `answer` what no rule refuses. `bodies` of the server: see sseServer. */
export function strictly(server: () => SseServer, rules: readonly Rule[], answer: Script): Script {
  return (response, request) => {
    const body = server().bodies.at(-1) ?? {};
    const refused = rules.map((rule) => rule(body)).find((found) => found !== null);
    (refused ? failure(refused.status, refused.body) : answer)(response, request);
  };
}

/** As OpenAI says it. */
export function unsupported(field: string, message: string, code: string | null = null): Rule {
  return (body) =>
    field in body
      ? { status: 400, body: { error: { message, type: "invalid_request_error", param: field, code } } }
      : null;
}

/** As FastAPI says it, with the whole request repeated. */
export function extraForbidden(field: string): Rule {
  return (body) => {
    const detail = [
      { type: "extra_forbidden", loc: ["body", field], msg: "Extra inputs are not permitted", input: body },
    ];
    return field in body ? { status: 422, body: { detail } } : null;
  };
}

interface Message {
  role: string;
  content?: unknown;
  tool_calls?: { id: string; function: { name: string; arguments: string } }[];
  tool_call_id?: string;
}

/** A template that knows turns only: who may follow whom, nobody says nothing, every call has one result. */
export const strictTurns: Rule = (body) => {
  const messages = (body.messages as Message[]).filter(({ role }) => role !== "system");
  const wrong = messages.flatMap((message, at) => wrongIn(message, messages[at - 1]));
  return wrong[0] === undefined
    ? null
    : { status: 400, body: { object: "error", message: wrong[0], code: 3230 } };
};

function wrongIn(message: Message, before: Message | undefined): string[] {
  const after: Record<string, readonly (string | undefined)[]> = {
    user: [undefined, "assistant"],
    assistant: ["user", "tool"],
    tool: ["assistant", "tool"],
  };
  const problems: string[] = [];
  if (!after[message.role]?.includes(before?.role)) {
    problems.push(`Unexpected role '${message.role}' after role '${before?.role}'`);
  }
  if (!message.content && !message.tool_calls?.length)
    problems.push("Assistant message must have content or tool_calls");
  for (const call of message.tool_calls ?? []) {
    if (!/^[\w-]{1,64}$/.test(call.function.name)) problems.push("Function name does not match the pattern");
    JSON.parse(call.function.arguments);
  }
  return problems;
}

export const chatHello: Script = stream(...chatStream([{ content: "Hello." }]));
