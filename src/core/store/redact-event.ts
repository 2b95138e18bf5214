/**
 * Takes the secrets that this bot knows out of an event before it is recorded. Chat, API, streams and the model's
 * context are all told from the log, so what does not get into it stands nowhere.
 */

import type { ToolSpec } from "../agent.ts";
import type { CallFailure } from "../call-failure.ts";
import type { ChosenCall } from "../chosen-call.ts";
import type { EventBody } from "../event.ts";
import type { Redact } from "../text/redact.ts";

/** Ids, hashes and enums, which the program itself gives: a weak secret must not break what hangs on them. */
const structural: ReadonlySet<string> = new Set([
  "type",
  "kind",
  "code",
  "id",
  "runId",
  "callId",
  "questionId",
  "key",
  "hash",
  "promptHash",
  "agent",
  "prefetch",
  "principal",
  "audience",
  "channel",
  "address",
  "addresses",
  "provisional",
  "provider",
  "model",
  "event",
  "ended",
]);

/** Here the bytes are somebody else's, keys and all: arguments, and the provider's own items. */
const withKeys: ReadonlySet<string> = new Set(["input", "items"]);

/** The failure of a call whose arguments held a secret: it is not run, and the secret is not stored. */
export const secretInArguments = {
  code: "secret_in_arguments",
  message:
    "Not run: the arguments hold a secret of this bot. Leave it out; a tool that needs one has it already.",
} as const satisfies CallFailure;

/**
 * The same event when there is nothing to hide. A call runs exactly as it was chosen or not at all, so one whose
 * arguments held a secret fails; only words for people (a question, the answer) go on with the secret taken out.
 */
export function withoutSecrets(
  body: EventBody,
  redact: Redact,
  tools: Readonly<Record<string, ToolSpec>>,
): EventBody {
  const clean = redactedText(body, redact);
  if (body.type !== "model_answered" || clean.type !== "model_answered") return clean;
  if (clean.calls === body.calls) return clean;
  const calls = clean.calls.map((call, index): ChosenCall => {
    const isAsChosen = call.input === body.calls[index]?.input;
    return isAsChosen || isWords(tools[call.tool])
      ? call
      : { ...call, error: call.error ?? secretInArguments };
  });
  return { ...clean, calls };
}

/** Whether these arguments, as JSON, hold a secret anywhere: in a value, a key or a number. */
export function holdsSecret(input: unknown, redact: Redact): boolean {
  return redactedWithKeys(input, redact) !== input;
}

function isWords(spec: ToolSpec | undefined): boolean {
  return spec?.control === "ask" || spec?.control === "finish";
}

function redactedText<T>(value: T, redact: Redact): T {
  return changed(value, (child, key) => {
    if (key !== null && structural.has(key)) return child;
    if (key !== null && withKeys.has(key)) return redactedWithKeys(child, redact);
    return typeof child === "string" ? redact(child) : redactedText(child, redact);
  });
}

function redactedWithKeys<T>(value: T, redact: Redact): T {
  if (typeof value === "string") return redact(value) as T;
  if (typeof value === "number")
    return redact(String(value)) === String(value) ? value : (redact(String(value)) as T);
  const clean = changed(value, (child) => redactedWithKeys(child, redact));
  if (typeof clean !== "object" || clean === null || Array.isArray(clean)) return clean;
  const keys = Object.keys(clean);
  if (keys.every((key) => redact(key) === key)) return clean;
  return Object.fromEntries(Object.entries(clean).map(([key, child]) => [redact(key), child])) as T;
}

/** A copy with the children that `change` makes, or the very value when it makes none. */
function changed<T>(value: T, change: (child: unknown, key: string | null) => unknown): T {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map((child: unknown) => change(child, null));
    return items.every((item, index) => item === value[index]) ? value : (items as T);
  }
  const entries = Object.entries(value).map(([key, child]) => [key, change(child, key), child] as const);
  if (entries.every(([, now, before]) => now === before)) return value;
  return Object.fromEntries(entries.map(([key, now]) => [key, now])) as T;
}
