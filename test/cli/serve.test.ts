/** `npm start` as a program: what a signal does to it while a run is in the middle of a call. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import { clock } from "../support/bot.ts";
import { type Child, startChild } from "../support/child.ts";

const root = resolve(import.meta.dirname, "../..");
const token = "token-of-this-test";
let home: string;
let child: Child;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "belay-serve-"));
  writeFileSync(join(home, "belay.config.ts"), configuration());
});
afterEach(async () => {
  await child.kill();
  rmSync(home, { recursive: true, force: true });
});

/** The bot that is shipped, but its restart goes on until the test says so, and tells every 50 ms that it does. */
function configuration(): string {
  const source = (path: string) => JSON.stringify(join(root, path));
  return `
import { existsSync, rmSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import shipped from ${source("belay.config.ts")};
import { defineConfig } from ${source("src/config/file.ts")};
import { restartService } from ${source("adapters/demo/tools.ts")};

const held = {
  ...restartService({ file: "" }),
  run: async () => {
    while (!existsSync(${JSON.stringify(join(home, "let-go"))})) {
      process.stdout.write(JSON.stringify({ msg: "at work", time: Date.now() }) + "\\n");
      if (existsSync(${JSON.stringify(join(home, "throw"))})) {
        rmSync(${JSON.stringify(join(home, "throw"))});
        setTimeout(() => { throw new TypeError("in a timer", { cause: new Error("why") }) });
      }
      if (existsSync(${JSON.stringify(join(home, "reject"))})) {
        rmSync(${JSON.stringify(join(home, "reject"))});
        Promise.reject(new TypeError("in a promise", { cause: new Error("why") }));
      }
      await wait(50);
    }
    return "restarted";
  },
};
export default defineConfig({
  ...shipped,
  tools: (place) => shipped.tools(place).map((tool) => (tool.spec.name === "restart_service" ? held : tool)),
});
`;
}

interface Line {
  msg?: string;
  time: number;
  origin?: string;
  err?: { type: string; message: string; stack: string };
}

interface Server {
  url: string;
  /** Resolves with the first line from now on that is like this. */
  says(isLike: (line: Line) => boolean): Promise<Line>;
  ended: Promise<unknown>;
}

function serving(more: Record<string, string> = {}): Child {
  const { PATH } = process.env;
  return startChild("src/cli/serve.ts", [], {
    env: {
      ...more,
      ...{ PATH, PORT: "0", DATABASE_URL: join(home, "belay.db"), BELAY_TOKEN: token },
      BELAY_CONFIG: join(home, "belay.config.ts"),
    },
  });
}

async function start(): Promise<Server> {
  child = serving();
  if (!child.process.stdout) throw new Error("no output to read");
  const lines = createInterface({ input: child.process.stdout });
  const ended = child.ended.then(({ code, signal }) => code ?? signal);
  const over = child.ended.then((how) => Promise.reject(child.failure(how, "ended")));
  over.catch(() => {});
  const line = <T>(read: (text: string) => T | null): Promise<T> => {
    const heard = new Promise<T>((resolve) => {
      const hear = (text: string) => {
        const found = read(text);
        if (found === null) return;
        lines.off("line", hear);
        resolve(found);
      };
      lines.on("line", hear);
    });
    return Promise.race([heard, over]);
  };
  const url = await line((text) => /Belay is ready: (\S+)/.exec(text)?.[1] ?? null);
  const says: Server["says"] = (isLike) =>
    line((text) => {
      const said = text.startsWith("{") ? (JSON.parse(text) as Line) : null;
      return said && isLike(said) ? said : null;
    });
  return { url, says, ended };
}

async function post(url: string, path: string, body: object): Promise<{ id: string }> {
  const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
  const response = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });
  const answer = (await response.json()) as { id: string };
  expect(answer).not.toHaveProperty("code");
  return answer;
}

/** A server with a run in the middle of a call that must happen once. */
async function atWork() {
  const server = await start();
  const { url, says } = server;
  const { id } = await post(url, "/agent/launch", { input_prompt: "restart payments in staging" });
  const question_id = await approvalOf(url, id);
  const working = says(({ msg }) => msg === "at work");
  await post(url, "/agent/approve", { id, question_id });
  await working;
  return { ...server, id };
}

/** The id of the run's approval, when it is asked. */
async function approvalOf(url: string, id: string): Promise<string> {
  const headers = { authorization: `Bearer ${token}` };
  const stream = await fetch(`${url}/agent/runs/${id}/stream`, { headers });
  let text = "";
  for await (const piece of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += piece;
    if (text.includes("question_asked")) break;
  }
  const state = await fetch(`${url}/agent/state/${id}`, { headers });
  const { questions } = (await state.json()) as { questions: { id: string }[] };
  return questions[0]?.id ?? "";
}

const isStopping = ({ msg }: Line) => msg?.startsWith("stopping; a second signal") === true;
const letGo = () => writeFileSync(join(home, "let-go"), "");

/** What the log says of the call, once the server has ended. */
async function outcomeOf(id: string) {
  const store = await openSqlite({ path: join(home, "belay.db"), clock });
  const events = await store.read(id);
  await store.close();
  return events.filter(({ type }) => type === "call_finished" || type === "call_doubted");
}

test("on SIGTERM it waits for the call, and keeps its outcome", async () => {
  const { id, says, ended } = await atWork();
  const stopping = says(isStopping);
  child.process.kill("SIGTERM");
  await stopping;
  letGo();
  expect(await ended).toBe(0);
  expect(await outcomeOf(id)).toMatchObject([{ type: "call_finished", output: "restarted" }]);
});

test("one Ctrl-C that arrives twice, from the terminal and from npm, is one", async () => {
  const { id, says, ended } = await atWork();
  const stopping = says(isStopping);
  child.process.kill("SIGINT");
  child.process.kill("SIGINT");
  // The system may make one of two alike that wait to be delivered: of these, two arrive in any case.
  child.process.kill("SIGTERM");
  await stopping;
  letGo();
  expect(await ended).toBe(0);
  expect(await outcomeOf(id)).toMatchObject([{ type: "call_finished", output: "restarted" }]);
});

test("a second Ctrl-C later ends it at once, and the call is in doubt at the next start", async () => {
  const { id, says, ended } = await atWork();
  const stopping = says(isStopping);
  child.process.kill("SIGINT");
  const { time } = await stopping;
  await says((line) => line.msg === "at work" && line.time > time + 500);
  child.process.kill("SIGINT");
  expect(await ended).toBe(130);
  expect(await outcomeOf(id)).toEqual([]);
});

test.each([
  { slip: "throw", message: "in a timer: why", origin: "uncaughtException" },
  { slip: "reject", message: "in a promise: why", origin: "unhandledRejection" },
])(
  "an error that nobody catches ($origin) is written down, and the call in the middle keeps its outcome",
  async ({ slip, message, origin }) => {
    const { id, says, ended } = await atWork();
    const caught = says(({ msg }) => msg === "nobody caught this error");
    writeFileSync(join(home, slip), "");
    const { err, ...line } = await caught;
    expect(line).toMatchObject({ level: 60, origin });
    expect(err).toMatchObject({
      type: "TypeError",
      message,
      stack: expect.stringContaining("belay.config.ts"),
    });
    letGo();
    expect(await ended).toBe(1);
    expect(await outcomeOf(id)).toMatchObject([{ type: "call_finished", output: "restarted" }]);
  },
);

test("the banner comes first, with what is off in it; what the configuration warns of stands below", async () => {
  child = serving({ OPENAI_API_KEYY: "x" });
  const said = await child.says(/"OPENAI_API_KEYY: nothing reads it/);
  const [before = "", banner = ""] = said.split("\n  Belay is ready");
  expect(before).not.toContain('"msg":"configuration"');
  expect(banner).toMatch(
    /\n {2}Off: Slack .*\n {2}Off: \d+ tools \(set PROMETHEUS_URL to switch them on\)\n(.*\n)* {2}Token: /,
  );
});
