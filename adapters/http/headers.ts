/** Headers of an API: fixed texts and secrets, put together when a request is made and not before. */
import { z } from "zod";
import { aSecret, mustBe } from "../../src/tools/declared-values.ts";
import type { Secret } from "../../src/tools/secret.ts";

/** A text, a secret, or both in a row: `["Bearer ", secret("ORDERS_TOKEN")]`. */
export type HeaderValue = string | Secret | readonly (string | Secret)[];

export const headerName = z.string().regex(/^[!#$%&'*+.^_`|~\w-]+$/, "is no name of a header");

const headerText = z.string().regex(/^[^\0\r\n]*$/, "holds a line end, which a header can't");

const headerPart = z.union([headerText, aSecret], { error: mustBe('text or secret("NAME")') });

/** Looked at where it is declared: what is put together of it must be a header. */
export const headerValue = z.union([headerText, aSecret, z.array(headerPart).min(1)], {
  error: mustBe('text, secret("NAME"), or a list of both'),
});

type Headers = Readonly<Record<string, HeaderValue>> | undefined;

/** Names in lower case, secrets in the clear: made for one request and not kept. */
export function headersOf(declared: Headers): Record<string, string> {
  const entries = Object.entries(declared ?? {});
  return Object.fromEntries(
    entries.map(([name, value]) => [name.toLowerCase(), partsOf(value).map(textOf).join("")]),
  );
}

/** For the redactor, and for the check that all are set. */
export function secretsOf(declared: Headers): Secret[] {
  return Object.values(declared ?? {})
    .flatMap(partsOf)
    .filter((part) => typeof part !== "string");
}

function partsOf(value: HeaderValue): readonly (string | Secret)[] {
  return typeof value === "string" || "reveal" in value ? [value] : value;
}

function textOf(part: string | Secret): string {
  return typeof part === "string" ? part : part.reveal();
}
