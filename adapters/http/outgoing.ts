/** The request of a call, and the proof that it stays where its API was declared to be. */
import { createHash } from "node:crypto";
import type { Outgoing } from "../../src/tools/outbound.ts";
import { type HeaderValue, headersOf } from "./headers.ts";
import { fillTemplate, parseTemplate, type Values } from "./template.ts";

interface Target {
  baseUrl: string;
  headers?: Readonly<Record<string, HeaderValue>>;
}

interface Shape {
  method: string;
  path: string;
  body?: readonly string[];
  idempotencyHeader?: string;
}

/** Throws an Error with words for the model when a value can't stand in its place. `key`: the call's. */
export function outgoingOf(target: Target, shape: Shape, values: Values, key: string): Outgoing {
  const filled = fillTemplate(parseTemplate(shape.path), values);
  if (!filled.ok)
    throw new Error(filled.problems.map(({ name, message }) => `${name} ${message}`).join("; "));
  const url = urlIn(target.baseUrl, filled.path);
  const { body } = shape;
  return {
    method: shape.method,
    url,
    headers: {
      accept: "application/json, text/*;q=0.9",
      ...headersOf(target.headers),
      ...(body ? { "content-type": "application/json" } : {}),
      ...(shape.idempotencyHeader ? { [shape.idempotencyHeader.toLowerCase()]: headerKey(key) } : {}),
    },
    body: body ? JSON.stringify(Object.fromEntries(body.map((name) => [name, values[name]]))) : null,
  };
}

/** The path was built to be taken as it is: whatever would be read otherwise is not sent at all. */
function urlIn(baseUrl: string, path: string): URL {
  const base = new URL(baseUrl);
  const text = `${base.origin}${base.pathname.replace(/\/+$/, "")}${path}`;
  const url = new URL(text);
  if (url.href !== text) throw new Error(`the URL would be read as ${url.href}; give plainer values`);
  return url;
}

/** As it is where a header can hold it, else a name for it. */
function headerKey(key: string): string {
  return /^[\x21-\x7e]{1,200}$/.test(key) ? key : createHash("sha256").update(key).digest("hex");
}
