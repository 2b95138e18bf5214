/**
 * An optimisation never costs the run: when a server refuses a request over something optional in it, that is left
 * out, the server is asked again, and this host is not asked it again for the same model.
 */
import type { LeftOut } from "../../src/core/ports/model.ts";
import type { HostFeatures } from "./host.ts";
import { isObject } from "./shapes.ts";

/** A feature of the host, or a field that the server itself had sent: `message.reasoning`, `call.extra_content`. */
export type Optional = keyof HostFeatures | `message.${string}` | `call.${string}`;

/** A refusal as far as it matters here. `param` and `code` as the server gave them, else null. */
export interface Complaint {
  status: number | null;
  code: string | null;
  param: string | null;
  words: string;
}

/** How refusals name a feature, beside the name of its field. */
const otherNames: Readonly<Partial<Record<Optional, RegExp>>> = {
  encryptedReasoning: /reasoning\.encrypted_content|encrypted content is not supported/iu,
  strict: /invalid_function_parameters/iu,
  stream:
    /verified to stream|stream(?:ing)? (?:is |mode )?(?:not|un)|tools (?:param )?(?:with|and|requires) .{0,20}stream/iu,
  verbatim:
    /invalid_encrypted_content|encrypted content .{0,60}could not|\brs_\w+|type ['"`]?reasoning|^input[[.]/iu,
  freeTurns:
    /roles? must alternate|unexpected role|message_order|after role|consecutive|role ['"`]?(?:user|tool)/iu,
  systemRole: /system (?:role|message)|['"`]system['"`]|['"`]?system['"`]? with this model/iu,
};

const fields: Readonly<Partial<Record<Optional, string>>> = {
  store: "store",
  encryptedReasoning: "include",
  promptCacheKey: "prompt_cache_key",
  strict: "strict",
  streamUsage: "stream_options",
  stream: "stream",
};

/** What is optional in this body, in the order in which it is given up. */
export function optionalIn(body: object, can: HostFeatures): Optional[] {
  const { tools, input, messages } = body as Record<string, unknown>;
  const plain = ["store", "encryptedReasoning", "promptCacheKey", "streamUsage"] as const;
  const turns = [input, messages].filter(Array.isArray).flat();
  return [
    ...plain.filter((feature) => Object.hasOwn(body, fields[feature] ?? "")),
    ...(JSON.stringify(tools ?? []).includes('"strict":') ? ["strict" as const] : []),
    ...turns.flatMap(addedBy),
    ...(Array.isArray(input) && can.verbatim ? ["verbatim" as const] : []),
    ...(can.freeTurns ? ["freeTurns" as const] : []),
    ...(Array.isArray(messages) && can.systemRole ? ["systemRole" as const] : []),
    ...(can.stream ? ["stream" as const] : []),
  ];
}

const knownOfMessage: ReadonlySet<string> = new Set(["role", "content", "tool_calls", "tool_call_id"]);
const knownOfCall: ReadonlySet<string> = new Set(["id", "type", "function"]);

/** Fields of former Chat answers that no API knows. */
function addedBy(message: unknown): Optional[] {
  if (!isObject(message) || message.role === undefined) return [];
  const calls = Array.isArray(message.tool_calls) ? message.tool_calls.filter(isObject) : [];
  const unknown = (of: object, known: ReadonlySet<string>) =>
    Object.keys(of).filter((key) => !known.has(key));
  return [
    ...unknown(message, knownOfMessage).map((key): Optional => `message.${key}`),
    ...calls.flatMap((call) => unknown(call, knownOfCall)).map((key): Optional => `call.${key}`),
  ];
}

/** What of `sent` the complaint names. Nothing for errors that are about something else. */
export function refusedOf(complaint: Complaint, sent: readonly Optional[]): Optional[] {
  const { status } = complaint;
  if (status !== 400 && status !== 422 && status !== 500 && status !== 501) return [];
  const named = sent.filter((optional) => isNamed(optional, complaint));
  // `stream_options` is no complaint about `stream`, nor the other way round; one thing at a time is left out.
  return named.slice(0, 1);
}

function isNamed(optional: Optional, { code, param, words }: Complaint): boolean {
  const field = fields[optional] ?? optional.split(".").slice(1).join(".");
  if (field && param !== null && pathHolds(param, field)) return true;
  if (otherNames[optional]?.test(`${param ?? ""} ${code ?? ""} ${words}`)) return true;
  return field !== "" && asField(field).test(words);
}

function pathHolds(param: string, field: string): boolean {
  return param.split(/[.[\]]+/u).includes(field);
}

/** A name as errors write it: quoted, in a path, after a colon, or before one. Not as a word of a sentence. */
function asField(field: string): RegExp {
  const name = field.replace(/[^\w]/gu, "\\$&");
  // A name of several words is none of English.
  if (field.includes("_")) return new RegExp(`(?<![\\w-])${name}(?![\\w-])`, "u");
  return new RegExp(`["'\`.:]\\s?${name}(?![\\w-])|(?:^|\\s)${name}:`, "u");
}

/** What a host was found to refuse, by model. */
export class Refusals {
  readonly #byModel = new Map<string, ReadonlySet<Optional>>();

  of(model: string): ReadonlySet<Optional> {
    return this.#byModel.get(model) ?? new Set();
  }

  remember(model: string, leftOut: readonly LeftOut[]): void {
    if (leftOut.length === 0) return;
    const fields = leftOut.map(({ field }) => field as Optional);
    this.#byModel.set(model, new Set([...this.of(model), ...fields]));
  }
}
