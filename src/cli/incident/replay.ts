/**
 * Answers in the place of Prometheus and Alertmanager where a machine lacks them, with what the real ones said in another
 * incident (see recording.ts). Which phase of it is told follows the shop: it fails, and it is well again. Times are moved
 * to now, each phase to the moment at which it was entered.
 */
import { createServer, type IncomingMessage } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { addressOf } from "./address.ts";
import { earlier, keyOf, type PhaseName, type Question, questions, type Recording } from "./recording.ts";
import type { Webhook } from "./watch.ts";

export interface Replay {
  url: string;
  stop(): Promise<void>;
}

/** `shop`: its address. Tells `webhook` what was told of each phase, in their order. */
export async function startReplay(shop: string, webhook: Webhook, recording: Recording): Promise<Replay> {
  const ending = new AbortController();
  let now = entered("well", recording);
  const untold: Entered[] = [];
  const server = createServer(async (request, response) => {
    const question = await questionIn(request).catch(() => null);
    // It broke off, or is no question: the demo goes on.
    if (question === null) return void response.destroy();
    const { status, body } = answerTo(question, now);
    response.writeHead(status, { "content-type": "application/json" }).end(body);
  });
  const url = await addressOf(server);
  const watching = (async () => {
    while (!ending.signal.aborted) {
      const name = phaseAfter(now.name, await isFailing(shop));
      if (name !== now.name) {
        now = entered(name, recording);
        untold.push(now);
      }
      // What could not be told is told at the next look.
      while (untold[0] && (await tell(webhook, untold[0]))) untold.shift();
      await wait(500, undefined, { signal: ending.signal }).catch(() => {});
    }
  })();
  return {
    url,
    async stop() {
      ending.abort();
      await watching;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A phase that is told now. */
interface Entered {
  name: PhaseName;
  answers: Readonly<Record<string, string>>;
  told: string | null;
}

function entered(name: PhaseName, recording: Recording): Entered {
  const { at, answers, told } = recording.phases[name];
  const seconds = Math.round(Date.now() / 1000) - at;
  const text = (body: string) => JSON.stringify(moved(JSON.parse(body), seconds));
  return {
    name,
    answers: Object.fromEntries(Object.entries(answers).map(([key, body]) => [key, text(body)])),
    told: told === null ? null : text(told),
  };
}

/** Of a value of JSON: its points in time, so many seconds later. A year 1 says that there is none. */
function moved(value: unknown, seconds: number): unknown {
  if (typeof value === "string") {
    const isTime = /^2\d{3}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/.test(value);
    return isTime ? new Date(Date.parse(value) + seconds * 1000).toISOString() : value;
  }
  if (typeof value !== "object" || value === null) return value;
  if (!Array.isArray(value))
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, moved(child, seconds)]));
  // A sample: unix seconds, and its value as text.
  const [at, text] = value;
  if (value.length === 2 && typeof at === "number" && typeof text === "string") return [at + seconds, text];
  return value.map((child) => moved(child, seconds));
}

/** null: the shop does not say, for example while it is started again. Nothing is known to be another then. */
async function isFailing(shop: string): Promise<boolean | null> {
  const text = await fetch(`${shop}/metrics`)
    .then((answer) => answer.text())
    .catch(() => null);
  const [, value] = /^shop_failing ([01])$/m.exec(text ?? "") ?? [];
  return value === undefined ? null : value === "1";
}

function phaseAfter(before: PhaseName, failing: boolean | null): PhaseName {
  if (failing) return "failing";
  return failing === false && before === "failing" ? "restarted" : before;
}

async function questionIn(request: IncomingMessage): Promise<Question> {
  let body = "";
  for await (const piece of request) body += piece;
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
  const params = new URLSearchParams([...searchParams, ...new URLSearchParams(body)]);
  const query = params.get("query");
  const time = Number(params.get("time") ?? Number.NaN);
  const isEarlier = pathname.endsWith("/query") && Date.now() / 1000 - time > earlier / 2;
  return { path: pathname, ...(query === null ? {} : { query }), ago: isEarlier ? earlier : 0 };
}

function answerTo(question: Question, { answers }: Entered): { status: number; body: string } {
  const body = answers[keyOf(question)];
  if (body !== undefined) return { status: 200, body };
  const known = questions.flatMap(({ path, query }) => (path === "/api/v1/query" && query ? [query] : []));
  const error =
    question.query === undefined
      ? `there is no recorded answer to ${question.path}; these are recorded answers, and nothing can be changed in them`
      : `there is no recorded answer to this query; recorded are those to ${[...new Set(known)].join(", ")}`;
  return { status: 422, body: JSON.stringify({ status: "error", errorType: "not_recorded", error }) };
}

/** Whether the webhook took it. */
async function tell({ url, token }: Webhook, { told }: Entered): Promise<boolean> {
  if (told === null) return true;
  const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
  return fetch(url, { method: "POST", headers, body: told }).then(
    ({ ok }) => ok,
    () => false,
  );
}
