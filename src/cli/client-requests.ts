/** The client's requests, and what is done while the server is away. */
import { setTimeout as wait } from "node:timers/promises";
import { shownUrl } from "../core/text/shown-url.ts";
import { visibleLine } from "../core/text/visible.ts";
import type { Problem } from "../http/wire/problem.ts";
import { healthSchema } from "../http/wire/server.ts";

/** `url` of the server, with the path that a proxy shows it under. */
export interface Server {
  url: string;
  /** null: none is sent, for a server with BELAY_AUTH=none. */
  token: string | null;
}

/** What the person can mend, in words. */
export class ClientError extends Error {
  /** What was asked for may be done all the same: it is not known. */
  readonly mayBeDone: boolean;

  constructor(words: string, { mayBeDone = false, ...options }: ErrorOptions & { mayBeDone?: boolean } = {}) {
    super(words, options);
    this.mayBeDone = mayBeDone;
  }
}

/**
 * Nobody answered, a proxy said that nobody is behind it, the server can't now (503) or is still at work on the same
 * request, or the answer was cut.
 */
export class ServerAway extends ClientError {
  /** What came instead, in words; null: nothing did. */
  readonly answer: string | null;

  constructor(words: string, { answer = null, ...options }: ErrorOptions & { answer?: string | null } = {}) {
    super(words, { ...options, mayBeDone: true });
    this.answer = answer;
  }
}

const againMs = 2_000;
/** What a proxy answers while the server behind it restarts, and the server itself while it stops or its storage fails. */
const nobodyBehind = new Set([502, 503, 504]);

/**
 * Tries until the server is there again. Only for what may be repeated: what reads, and what is sent under a key.
 * `meanwhile`: what the person is told once, after the reason.
 */
export async function untilReached<T>(
  { url, print }: { url: string; print(line: string): void },
  action: () => Promise<T>,
  meanwhile = "Trying again; the run is kept there.",
): Promise<T> {
  for (let isTold = false; ; isTold = true) {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof ServerAway)) throw error;
      const why = error.answer ?? `${url} can't be reached.`;
      if (!isTold) print(`${why} ${meanwhile}`);
      await wait(againMs);
    }
  }
}

/** What a request is sent with. */
interface Sending {
  body?: object;
  /** The server does once what is sent under the same key. */
  key?: string;
  signal?: AbortSignal;
}

/** The answer's body. Throws ClientError with the server's reason. */
export async function request<T>(
  server: Server,
  method: string,
  path: string,
  sending: Sending = {},
): Promise<T> {
  const response = await send(server, method, path, sending);
  if (response.ok) return (await wholeBody(server, response)) as T;
  if (response.status === 401) {
    throw new ClientError(
      `${server.url} refused the token. Pass the server's (its file is named at the server's start): --token …`,
    );
  }
  throw new ClientError(await refusalOf(response), { mayBeDone: response.status >= 500 });
}

/** Why the server refused, in its words where it gave some. */
export async function refusalOf(response: Response): Promise<string> {
  const problem = (await response.json().catch(() => null)) as Problem | null;
  if (problem?.detail !== undefined) return problem.detail;
  // A proxy in front may have led to a page of its own, by an address that is a key.
  const url = URL.parse(response.url);
  return `${url === null ? "it" : shownUrl(url)} answered ${response.status}`;
}

/** Any answer of the server's own, refusals too. Throws ServerAway. */
export async function send(
  { url, token }: Server,
  method: string,
  path: string,
  { body, key, signal }: Sending = {},
): Promise<Response> {
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (token !== null) headers.authorization = `Bearer ${token}`;
  if (key !== undefined) headers["idempotency-key"] = key;
  const response = await fetch(`${url}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  }).catch((cause: unknown) => {
    const words = `There is no server at ${url}. Start one with npm start, or name it with --url.`;
    throw new ServerAway(words, { cause });
  });
  if (nobodyBehind.has(response.status) || (await isAtWork(response))) {
    const answer = `${url} can't do it now: ${await refusalOf(response)}`;
    throw new ServerAway(answer, { answer });
  }
  return response;
}

/** Throws ServerAway where nobody answers now, and ClientError where somebody does who is no bot. */
export async function findBot(server: Server): Promise<void> {
  const response = await send(server, "GET", "/health");
  const type = (response.headers.get("content-type") ?? "").split(";")[0]?.trim() ?? "";
  // A bot that refuses says why itself, to what is asked of it next.
  if (type === "application/problem+json") return;
  const body: unknown = await response.json().catch(() => null);
  if (anyHealth.safeParse(body).success) return;
  const url = URL.parse(response.url);
  const by = response.redirected && url !== null ? `, after a redirect to ${shownUrl(url)}` : "";
  throw new ClientError(
    `${server.url} is no Belay: what it answers to /health is ${answerInWords(type)} (status ${response.status}${by}). Name the bot's own address with --url; its start says it.`,
  );
}

/** As every release answers it. */
const anyHealth = healthSchema.pick({ status: true });

function answerInWords(type: string): string {
  if (type === "text/html") return "a web page";
  return /[/+]json$/.test(type) ? "JSON of something else" : visibleLine(type || "of no kind");
}

/** The key's first request, whose answer was cut, has not ended. */
async function isAtWork(response: Response): Promise<boolean> {
  if (response.status !== 409) return false;
  const problem: Problem | null = await response
    .clone()
    .json()
    .catch(() => null);
  return problem?.code === "idempotency_in_progress";
}

async function wholeBody({ url }: Server, response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ServerAway(`What ${url} answered is cut, or is not Belay's: ${why}`, { cause: error });
  }
}
