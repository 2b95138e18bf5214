/** What of an API's answer the model gets: the part that was declared, or an error that says what to do next. */
import { withExactDigits } from "../../src/core/text/digits.ts";
import { whereTo } from "../../src/core/text/shown-url.ts";
import type { Answer } from "../../src/tools/outbound.ts";

/** More than the model gets: what it gets is cut where secrets are hidden, so that no half of one is left. */
const maxErrorBody = 10_000;

/** Throws an Error with words for the model when there is nothing at the pointer. `pick`: RFC 6901, `/data/items`. */
export function resultOf({ body, headers, cut }: Answer, pick: string | undefined): unknown {
  const isJson = /\bjson\b/i.test(headers["content-type"] ?? "") || pick !== undefined;
  if (isJson && cut) throw new Error(`the answer is longer than ${body.length} characters; ask for less`);
  if (!isJson) return body === "" ? "(an empty answer)" : body;
  const value = parse(body);
  return pick === undefined ? value : at(value, pick);
}

function parse(body: string): unknown {
  if (body === "") return "(an empty answer)";
  try {
    // A number of more digits than JavaScript keeps would name another order.
    return JSON.parse(withExactDigits(body));
  } catch {
    throw new Error(`the answer should be JSON and begins with ${JSON.stringify(body.slice(0, 80))}`);
  }
}

function at(value: unknown, pointer: string): unknown {
  let here = value;
  for (const token of pointer.split("/").slice(1)) {
    const key = token.replaceAll("~1", "/").replaceAll("~0", "~");
    const isThere = typeof here === "object" && here !== null && Object.hasOwn(here, key);
    if (!isThere) throw new Error(`the answer has nothing at ${pointer}: ${keysOf(here)}`);
    here = Reflect.get(here as object, key);
  }
  return here;
}

function keysOf(value: unknown): string {
  if (Array.isArray(value)) return `it has ${value.length} items there`;
  if (typeof value !== "object" || value === null) return "it is no object there";
  return `its keys are ${Object.keys(value).slice(0, 20).join(", ") || "none"}`;
}

/**
 * Statuses after which nobody can say whether a request that acts was carried out: a gateway gave up on it, or what
 * came of it is to be read elsewhere, as many do after a form (302, 303).
 */
const lost = new Set([302, 303, 408, 502, 504]);

export function isLost(status: number): boolean {
  return lost.has(status);
}

/**
 * What a refusal means and what to do about it; its own words, bounded, come last. `asked`: the URL of the request. The
 * words of a redirect say once more where it leads, with all that its address holds: they are left out.
 */
export function errorIn({ status, headers, body }: Answer, api: string, asked: URL): string {
  if (isRedirect(status)) {
    return `${api} answered ${status}, which leads ${whereTo(headers.location, asked)}; redirects are not followed.`;
  }
  const words = body.trim().slice(0, maxErrorBody).toWellFormed();
  return `${api} answered ${status}${adviceFor(status, headers)}${words && ` It said: ${words}`}`;
}

export function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

function adviceFor(status: number, { "retry-after": retryAfter }: Answer["headers"]): string {
  if (status === 401 || status === 403) return ": its token may not do this; ask a person.";
  if (status === 404) return ": there is no such thing; look at the arguments.";
  if (status === 429) return `: too often; wait ${retryAfter === undefined ? "a while" : `${retryAfter} s`}.`;
  return status >= 500 ? ": it is in trouble itself; look before you try again." : ".";
}
