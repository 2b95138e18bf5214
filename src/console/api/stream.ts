/** A server-sent event stream that is read by hand: so silence, a refusal and a cut line are told apart at once. */
import { base, isDamage } from "./client.ts";

interface StreamEvent {
  event: string;
  data: string;
}

export interface Following {
  /** Asked before each connection, so that it carries on after the last event. */
  path: () => string;
  onOpen: () => void;
  onEvent: (event: StreamEvent) => void;
  /** The line is cut, or somebody answered who does not let us in; the next try comes by itself. */
  onLost: () => void;
  /** The session is over (401), what is followed is gone for good (410) or can't be read (500): no further try. */
  onEnded: (status: number) => void;
}

/** The server says something every ten seconds; after this long the line is dead. */
const silenceMs = 25_000;
const firstPauseMs = 250;
const longestPauseMs = 4_000;
/** A refusal may be meant, and each is written down there: so the pauses between further tries grow longer. */
const longestPauseRefusedMs = 15_000;

/** Follows until the returned function is called. */
export function follow(following: Following): () => void {
  const end = new AbortController();
  void keepReading(following, end.signal);
  return () => end.abort();
}

async function keepReading(following: Following, signal: AbortSignal): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    const outcome = await readOnce(following, signal);
    if (signal.aborted) return;
    if (outcome.status !== null && outcome.over) return following.onEnded(outcome.status);
    following.onLost();
    failures = outcome.opened ? 0 : failures + 1;
    const longest = isRefusal(outcome.status) ? longestPauseRefusedMs : longestPauseMs;
    await pause(Math.min(longest, firstPauseMs * 2 ** failures), signal);
  }
}

/** During a restart a proxy, or another program on the port, answers so too: it is no proof that the run is gone. */
function isRefusal(status: number | null): boolean {
  return status === 403 || status === 404;
}

interface Outcome {
  opened: boolean;
  /** Null when nobody answered. */
  status: number | null;
  /** No further try would be answered otherwise. */
  over: boolean;
}

async function readOnce(following: Following, signal: AbortSignal): Promise<Outcome> {
  const outcome: Outcome = { opened: false, status: null, over: false };
  const attempt = new AbortController();
  const abort = () => attempt.abort();
  signal.addEventListener("abort", abort);
  let timer = setTimeout(abort, silenceMs);
  try {
    const response = await fetch(`${base}/${following.path()}`, {
      headers: { Accept: "text/event-stream" },
      signal: attempt.signal,
      // As a browser's own EventSource: no copy is kept, and none is waited for.
      cache: "no-store",
    });
    outcome.status = response.status;
    if (!response.ok || !response.body) {
      outcome.over = response.status === 401 || response.status === 410 || (await isOfDamage(response));
      return outcome;
    }
    outcome.opened = true;
    following.onOpen();
    const parse = parser(following.onEvent);
    for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
      clearTimeout(timer);
      timer = setTimeout(abort, silenceMs);
      parse(text);
    }
  } catch {
    // Cut or unreachable: the caller tries again.
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
    // What was not read to its end would hold one of the six connections.
    abort();
  }
  return outcome;
}

async function isOfDamage(response: Response): Promise<boolean> {
  return isDamage(await response.json().catch(() => null));
}

/** The lines of an event stream, in whatever pieces they come. */
function parser(onEvent: (event: StreamEvent) => void): (text: string) => void {
  let rest = "";
  let event = "message";
  let data: string[] = [];
  const line = (text: string) => {
    if (text === "") {
      if (data.length > 0) onEvent({ event, data: data.join("\n") });
      event = "message";
      data = [];
    } else if (text.startsWith("event:")) event = text.slice(6).trim();
    else if (text.startsWith("data:")) data.push(text.slice(5).replace(/^ /, ""));
  };
  return (text) => {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() ?? "";
    lines.forEach(line);
  };
}

/** Ends early when the network is back or somebody looks at the page again. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      document.removeEventListener("visibilitychange", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener("online", done);
    document.addEventListener("visibilitychange", done);
    signal.addEventListener("abort", done, { once: true });
  });
}
