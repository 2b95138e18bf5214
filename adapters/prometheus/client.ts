/**
 * HTTP to Prometheus and Alertmanager: JSON, bounded in time and size, with errors that tell
 * the model what to do next.
 */
import { z } from "zod";
import { checkedBy, lineOf } from "../../src/core/misfits.ts";
import { whereTo } from "../../src/core/text/shown-url.ts";
import { aSecret, aSetting, faultOfUrl, mustBe } from "../../src/tools/declared-values.ts";
import { NoAnswer, request } from "../../src/tools/outbound.ts";
import type { Secret } from "../../src/tools/secret.ts";
import type { Setting } from "../../src/tools/setting.ts";

/** Where one of the two answers. The URL is the operator's own, so a private host is as good as any. */
export interface Place {
  /** A URL, with the path that a proxy puts in front. A variable that is not set switches the tools off. */
  url: string | Setting;
  /** Sent as `Authorization: Bearer …` where it is set. */
  token?: Secret;
}

/** One of the two servers, ready to be asked; a secret is not in the clear here. */
export interface Server {
  title: "Prometheus" | "Alertmanager";
  /** Without a slash at its end; null: the variable is not set. */
  base: string | null;
  token: Secret | null;
  /** For tools: why they are off. */
  off: string | null;
}

/** What is asked besides the path; a GET when no method is named. */
export interface Asked {
  method?: "GET" | "POST" | "DELETE";
  /** Of a GET in the URL, of a POST as a form. */
  params?: readonly (readonly [name: string, value: string])[];
  json?: unknown;
}

const timeoutMs = 25_000;
/** Above the request's own limit: the error that says what happened comes first. */
export const toolTimeoutMs = 30_000;
const maxBytes = 10 * 1024 * 1024;

export const placeSchema = z.strictObject({
  url: z.union([z.string(), aSetting], { error: mustBe('a URL, or setting("NAME")') }),
  token: aSecret.optional(),
} satisfies Record<keyof Place, z.ZodType>);

/** Throws an Error that says what to correct. */
export function serverAt(title: Server["title"], { url, token: given }: Place): Server {
  const token = given ?? null;
  const text = typeof url === "string" ? url : url.value;
  if (text === null) {
    const off = `set ${typeof url === "string" ? "its URL" : url.name} to switch them on`;
    return { title, base: null, token, off };
  }
  const fault = faultOfUrl(text, "http://host:9090");
  if (fault !== null)
    throw new Error(`${typeof url === "string" ? `${title.toLowerCase()}: url` : url.name}: ${fault}`);
  return { title, base: new URL(text).href.replace(/\/+$/, ""), token, off: null };
}

/** Reads the answer by this schema. Throws an Error with words for the model. */
export async function ask<T>(
  server: Server,
  path: string,
  schema: z.ZodType<T>,
  signal: AbortSignal,
  asked: Asked = {},
): Promise<T> {
  const { status, text, leads } = await exchange(server, path, asked, signal);
  const body = jsonIn(text);
  if (status >= 300 && status < 400) throw new Error(redirected(server, status, leads));
  if (status < 200 || status >= 300) throw new Error(refusal(server, status, body, text));
  const read = checkedBy(schema, body);
  if ("data" in read) return read.data;
  const why = read.misfits.slice(0, 1).map((misfit) => lineOf(misfit, "its beginning"));
  throw new Error(
    `${server.title} answered something that is not its API (${why}); ask a person to check its URL`,
  );
}

async function exchange(
  { title, base, token, off }: Server,
  path: string,
  { method = "GET", params = [], json }: Asked,
  signal: AbortSignal,
): Promise<{ status: number; text: string; leads: string }> {
  if (base === null) throw new Error(`${title} is not known here: ${off}`);
  const query = new URLSearchParams(params.map(([name, value]) => [name, value])).toString();
  const isForm = method === "POST" && json === undefined;
  const url = new URL(`${base}${path}${query !== "" && !isForm ? `?${query}` : ""}`);
  const body = isForm ? query : json === undefined ? null : JSON.stringify(json);
  const type = isForm ? "application/x-www-form-urlencoded" : "application/json";
  const headers = {
    accept: "application/json",
    ...(body === null ? {} : { "content-type": type }),
    ...(token?.isSet ? { authorization: `Bearer ${token.reveal()}` } : {}),
  };
  const reach = { private: true, timeoutMs, maxBytes };
  const answer = await request({ method, url, headers, body }, reach, signal).catch((error: unknown) => {
    if (!(error instanceof NoAnswer)) throw error;
    const next = "so nothing is known, neither good nor bad; try once more, then say so";
    throw new Error(`${title} can't be reached: ${error.message}; ${next}`, { cause: error });
  });
  if (answer.cut) {
    const less = "ask for less: sum by (…), topk(20, …), a shorter time";
    throw new Error(`${title}'s answer is larger than ${maxBytes / 1024 / 1024} MB; ${less}`);
  }
  return { status: answer.status, text: answer.body, leads: whereTo(answer.headers.location, url) };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What the error types of Prometheus ask for. */
const advice: Readonly<Record<string, string>> = {
  bad_data: "correct the query; prom_metrics and prom_labels find the names that exist",
  execution: "the query can't be worked out as it stands; match labels with on (…), or make it simpler",
  timeout: "ask for less: fewer series, a shorter time",
  canceled: "ask for less: fewer series, a shorter time",
  unavailable: "it is starting or overloaded; try once more, then say so",
};

function redirected({ title }: Server, status: number, leads: string): string {
  return `${title}'s URL leads ${leads} (${status}), and redirects are not followed: ask a person to correct it, or its token`;
}

function refusal({ title, token }: Server, status: number, body: unknown, text: string): string {
  if (status === 401 || status === 403) {
    const set = token ? `check ${token.name}` : "give it a token in belay.config.ts";
    return `${title} refused access (${status}); another query won't help: ask a person to ${set}`;
  }
  if (status < 500 && body === null && text.trim() !== "") {
    return `${title} answered ${status}, and not as its API does: ask a person to check its URL`;
  }
  const { type, words } = wordsOf(body, text);
  const next =
    advice[type] ?? (status >= 500 ? advice.unavailable : "correct the call, or say that it can't be done");
  return `${title} refused (${status}${type && `, ${type}`}): ${words.trim().slice(0, 300)}. Next: ${next}`;
}

/** Prometheus answers `{errorType, error}`, Alertmanager a JSON string or `{code, message}`. */
function wordsOf(body: unknown, text: string): { type: string; words: string } {
  if (typeof body === "string") return { type: "", words: body };
  if (typeof body !== "object" || body === null) return { type: "", words: text || "without a word" };
  const words = "error" in body ? body.error : "message" in body ? body.message : text;
  return { type: "errorType" in body ? String(body.errorType) : "", words: String(words) };
}
