/** Named APIs as tools: fixed methods and paths, in which the model fills the places that it is given. */
import { OutcomeUnknown, type Tool } from "../../src/tools/contract.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { type Answer, NoAnswer, type Outgoing, request } from "../../src/tools/outbound.ts";
import { errorIn, isLost, resultOf } from "./answer.ts";
import type { Api, Operation } from "./api.ts";
import { checkApi, checkOperation, ownKeys } from "./check.ts";
import { tryingApi } from "./doctor.ts";
import { secretsOf } from "./headers.ts";
import { outgoingOf } from "./outgoing.ts";
import { fillTemplate, parseTemplate, type Values } from "./template.ts";

const maxBytes = 5 * 1024 * 1024;

/** One tool for each operation. Throws an Error at definition that says what can't work. */
export function http<const Inputs extends readonly Values[]>(api: Api<Inputs>): Tool[] {
  checkApi(api);
  const connection = tryingApi(api);
  return api.operations.map((operation) => ({ ...toolOf(api, operation), connection }));
}

type AnyApi = Omit<Api<readonly Values[]>, "operations">;

function toolOf<Input extends Values>(api: AnyApi, operation: Operation<Input>): Tool {
  const { effect = "once", untrusted = true, input, timeoutMs = 30_000 } = operation;
  const template = parseTemplate(operation.path);
  const tool = defineTool<Input>(
    {
      ...operation,
      name: `${api.name}_${operation.name}`,
      ...{ effect, untrusted, secrets: secretsOf(api.headers) },
      // Above the request's own limit: the error that says what happened comes first.
      timeoutMs: timeoutMs + 5_000,
      input: input.superRefine((values, context) => {
        const filled = fillTemplate(template, values);
        for (const { name, message } of filled.ok ? [] : filled.problems) {
          context.addIssue({ code: "custom", path: [name], message });
        }
      }),
      preview: async (values, context) => {
        const { method, url, body } = outgoingOf(api, operation, values, context.key);
        const more = await operation.preview?.(values, context);
        return [`${method} ${url.href}`, body, more].filter((part) => typeof part === "string").join("\n");
      },
      run: async (values, context) => {
        const outgoing = outgoingOf(api, operation, values, context.key);
        const answer = await exchange(api, operation, outgoing, context.signal);
        const error = () => errorIn(answer, api.name, outgoing.url);
        if (effect === "once" && isLost(answer.status)) throw new OutcomeUnknown(error());
        if (answer.status < 200 || answer.status >= 300) throw new Error(error());
        return told(answer, operation, effect === "read");
      },
    },
    ownKeys,
  );
  checkOperation(tool.spec, template, operation);
  return tool;
}

async function exchange(
  api: AnyApi,
  { timeoutMs = 30_000, effect = "once" }: Pick<Operation, "timeoutMs" | "effect">,
  outgoing: Outgoing,
  signal: AbortSignal,
): Promise<Answer> {
  const reach = {
    ...{ private: api.private ?? false, timeoutMs, maxBytes },
    ...(api.resolve ? { resolve: api.resolve } : {}),
  };
  try {
    return await request(outgoing, reach, signal);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    const { message, sent } = error;
    if (!sent) throw new Error(`${message}; nothing was sent`);
    if (effect === "once") throw new OutcomeUnknown(message);
    throw new Error(`${message}; it may be tried again`);
  }
}

/** What was done is done, also when its answer can't be read. */
function told(answer: Answer, { pick }: Pick<Operation, "pick">, isRead: boolean): unknown {
  try {
    return resultOf(answer, pick);
  } catch (error) {
    if (isRead) throw error;
    return `It was done (${answer.status}), but ${error instanceof Error ? error.message : error}.`;
  }
}
