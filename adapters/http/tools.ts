/** Named APIs as tools: fixed methods and paths, in which the model fills the places that it is given. */
import { OutcomeUnknown, type PlainTool, type Tool } from "../../src/tools/contract.ts";
import { checkKeys } from "../../src/tools/declared.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { type Answer, NoAnswer, type Outgoing, type Reach, request } from "../../src/tools/outbound.ts";
import { errorIn, isLost, resultOf } from "./answer.ts";
import { checkApi, checkOperation } from "./check.ts";
import { tryingApi } from "./doctor.ts";
import { type HeaderValue, secretsOf } from "./headers.ts";
import { outgoingOf } from "./outgoing.ts";
import { fillTemplate, parseTemplate, type Values } from "./template.ts";

type Passed<Input> = Pick<
  PlainTool<Input>,
  | "description"
  | "input"
  | "effect"
  | "requiresApproval"
  | "idempotencyKey"
  | "preview"
  | "reconcile"
  | "verify"
  | "undo"
  | "maxOutput"
  | "untrusted"
>;

interface Operation<Input extends Values = Values> extends Passed<Input> {
  /** The tool is named `<api>_<name>`. */
  name: string;
  method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  /**
   * `/orders/{id}?state={state}`: each value fills one segment or one query value; a query value
   * that is null is left out.
   */
  path: string;
  /** Inputs that are sent as the keys of a JSON object. */
  body?: readonly string[];
  /** The header that carries the call's key, the same on every attempt: `Idempotency-Key`. */
  idempotencyHeader?: string;
  /** What of a JSON answer the model gets, as a JSON pointer: `/data/items`. */
  pick?: string;
  /** ms; default 30,000 */
  timeoutMs?: number;
}

/** What `httpApi` takes: one host, and the operations that the model may use on it. */
export interface Api<Inputs extends readonly Values[]> {
  /** What its tools begin with, and what people read. */
  name: string;
  /** `https://orders.example.com/api/v1`; http only where `private` is true. */
  baseUrl: string;
  /** The host may be at a private or loopback address. */
  private?: boolean;
  /** Sent with every request. */
  headers?: Readonly<Record<string, HeaderValue>>;
  /** A path below `baseUrl` that `npm run doctor` asks with GET, and that answers 2xx when all is well: `/health`. */
  healthPath?: string;
  operations: { readonly [K in keyof Inputs]: Operation<Inputs[K]> };
  /** Instead of the system's look-up of names, for tests. */
  resolve?: NonNullable<Reach["resolve"]>;
}

const maxBytes = 5 * 1024 * 1024;

/** One tool for each operation. Throws an Error at definition that says what can't work. */
export function http<const Inputs extends readonly Values[]>(api: Api<Inputs>): Tool[] {
  checkApi(api);
  checkKeys(`api ${api.name}`, api, Object.keys(apiKeys));
  const connection = tryingApi(api);
  return api.operations.map((operation) => ({ ...toolOf(api, operation), connection }));
}

const apiKeys = {
  ...{ name: true, baseUrl: true, private: true, headers: true, healthPath: true, operations: true },
  resolve: true,
} as const satisfies Record<keyof Api<readonly Values[]>, true>;

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
    Object.keys(ownKeys),
  );
  checkOperation(tool.spec, template, operation);
  return tool;
}

/** What an operation has beside the keys of a tool. */
const ownKeys = {
  ...{ method: true, path: true, body: true, idempotencyHeader: true, pick: true },
} as const satisfies Record<Exclude<keyof Operation, keyof PlainTool<unknown>>, true>;

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
