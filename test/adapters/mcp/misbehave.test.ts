/** A server that misbehaves harms nothing but its own calls, and what became of each is told as it is known. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { identify } from "../../../src/tools/process-id.ts";
import { secretOf } from "../../../src/tools/secret.ts";
import { startChild } from "../../support/child.ts";
import {
  call,
  callsIn,
  contextOf,
  folder,
  input,
  node,
  odd,
  oddServer,
  offer,
  server,
  tool,
  toolboxOf,
  until,
} from "./bench.ts";

const read = { effect: "read" } as const;
const fine = { type: "finished", output: "did this", omitted: 0 };

test.each(["well", "prints-to-stdout", "answers-twice", "wrong-ids", "floods-stderr"])(
  "a server that %s is understood",
  async (mode) => {
    const { server: from, at } = await oddServer(mode);
    expect(await call(from, "odd_work", input)).toEqual(fine);
    expect(callsIn(at)).toEqual([{ name: "work", given: input }]);
  },
);

test("what is no UTF-8 is marked as such", async () => {
  const { server: from } = await oddServer("invalid-utf8");
  const outcome = await call(from, "odd_work", input);
  expect(outcome).toMatchObject({ type: "finished", output: expect.stringMatching(/^did \ufffd+$/) });
});

test("10 MB are cut to the tool's limit", async () => {
  const { server: from } = await oddServer("huge", { maxOutput: 1_000 });
  const outcome = await call(from, "odd_work", input);
  if (outcome.type !== "finished") throw new Error(JSON.stringify(outcome));
  expect(outcome.output.length).toBeLessThan(1_200);
  expect(outcome.omitted).toBe(10 * 1024 * 1024 - 1_000);
});

test("a message without bounds ends the connection, and the call is in doubt", async () => {
  const { server: from, at } = await oddServer("too-huge");
  expect(await call(from, "odd_work", input)).toMatchObject({ type: "in_doubt" });
  expect(from.status().detail).toContain("a message of more than 16 MB");
  expect(callsIn(at)).toHaveLength(1);
});

test.each([
  ["never-answers", "once", "in_doubt"],
  ["never-answers", "read", "failed"],
  ["endless-progress", "once", "in_doubt"],
  ["endless-progress", "read", "failed"],
] as const)("a server that %s is given up in time: %s is %s", async (mode, effect, type) => {
  const { server: from } = await oddServer(mode, { effect, timeoutMs: 500 });
  // Its start may take longer than a call may.
  await from.look();
  const outcome = await call(from, "odd_work", input);
  expect(outcome).toMatchObject({ type });
  expect(JSON.stringify(outcome)).toContain("did not come back within 0.5 s");
});

test("pictures and files become attachments, and links are named", async () => {
  const { server: from } = await oddServer("brings-a-picture");
  const outcome = await call(from, "odd_work", input);
  if (outcome.type !== "finished") throw new Error(JSON.stringify(outcome));
  expect(outcome.output).toBe(
    [
      "drawn",
      "[attached: image-1.png, image/png, 20 bytes]",
      "[attached: file:///tmp/t.csv, text/csv, 3 bytes]",
      "[a link, not followed: more, https://a.example/x]",
    ].join("\n"),
  );
  const files = (outcome.attachments ?? []).map(({ name, mediaType, bytes }) => [
    name,
    mediaType,
    String(bytes),
  ]);
  expect(files).toEqual([
    ["image-1.png", "image/png", expect.any(String)],
    ["t.csv", "text/csv", expect.any(String)],
  ]);
  expect(Buffer.from(outcome.attachments?.[0]?.bytes ?? []).toString()).toBe("not really a picture");
});

test("two calls at once over one connection get each its own answer, whichever comes first", async () => {
  const { server: from, at } = await oddServer("answers-in-reverse");
  const first = call(from, "odd_work", { text: "first" });
  await until(() => callsIn(at).length === 1);
  expect(await call(from, "odd_work", { text: "second" })).toMatchObject({ output: "did second" });
  expect(await first).toMatchObject({ output: "did first" });
});

test("an answer that comes after its call was given up is nobody else's", async () => {
  const { server: from, at } = await oddServer("answers-in-reverse");
  const givenUp = new AbortController();
  const first = toolboxOf(from).run("odd_work", { text: "first" }, contextOf(givenUp.signal));
  await until(() => callsIn(at).length === 1);
  givenUp.abort();
  expect((await first).type).not.toBe("finished");
  expect(await call(from, "odd_work", { text: "second" })).toMatchObject({ output: "did second" });
});

test("a server that dies in a call leaves a doubt, and nothing is sent again", async () => {
  const { server: from, at } = await oddServer("dies-in-call");
  expect(await call(from, "odd_work", input)).toMatchObject({ type: "in_doubt" });
  expect(callsIn(at)).toHaveLength(1);
});

test("a server that dies is missed, also when a daemon that it left holds its streams open", async () => {
  const at = folder();
  const pids = join(at, "daemons");
  onTestFinished(() => {
    for (const pid of readFileSync(pids, "utf8").trim().split("\n")) process.kill(Number(pid));
  });
  await oddServer("well", { at });
  const script = 'setsid sleep 60 & echo $! >> "$0"; exec "$@"';
  const args = ["-c", script, pids, node, odd, at, "dies-in-call"];
  const from = server({ configDir: at, name: "odd", command: "sh", args, allow: "*", timeoutMs: 30_000 });
  const outcome = await call(from, "odd_work", input);
  expect(outcome).toMatchObject({ type: "in_doubt" });
  expect(JSON.stringify(outcome)).not.toContain("did not come back");
});

test("a read that a server's death cut off is made once more", async () => {
  const { server: from, at } = await oddServer("dies-once", read);
  expect(await call(from, "odd_work", input)).toEqual(fine);
  expect(callsIn(at)).toHaveLength(2);
});

test("a read is not made again and again", async () => {
  const { server: from, at } = await oddServer("dies-in-call", read);
  expect(await call(from, "odd_work", input)).toMatchObject({ type: "failed", code: "tool_error" });
  expect(callsIn(at)).toHaveLength(2);
});

test.each([
  ["internal-error", { type: "in_doubt", reason: expect.stringContaining("lost the thread") }],
  ["invalid-params", { type: "failed", message: expect.stringContaining("no such text") }],
  ["fails", { type: "failed", message: "the disk is full" }],
])("an answer of the kind %s is told", async (mode, outcome) => {
  const { server: from } = await oddServer(mode);
  expect(await call(from, "odd_work", input)).toMatchObject(outcome);
});

test("a server that exits at once holds nothing up, and its last words hide its secrets", async () => {
  const at = folder();
  await oddServer("well", { at });
  const env = { TOKEN: secretOf("TOKEN", "s3cr3t-of-the-server") };
  const args = [odd, at, "exits-at-once"];
  const from = server({ configDir: at, name: "odd", command: node, args, env, allow: "*" });
  const outcome = await call(from, "odd_work", input);
  expect(outcome).toMatchObject({ type: "failed", message: expect.stringContaining("Nothing was sent") });
  const said = JSON.stringify([outcome, from.status()]);
  expect(said).toContain("it ended with exit status 3; it said: no key, although TOKEN is [secret]");
  expect(said).not.toContain("s3cr3t");
});

test("a server that goes on without its input ends with a bot that is killed", async () => {
  const { at } = await oddServer("well");
  const bot = startChild("test/adapters/mcp/left-child.ts", [at, "outlives-its-input"]);
  onTestFinished(() => bot.kill());
  await bot.says("true");
  const pid = Number(readFileSync(join(at, "pid"), "utf8"));
  onTestFinished(() => {
    if (identify(pid) !== null) process.kill(pid, "SIGKILL");
  });
  await bot.kill();
  await until(() => identify(pid) === null);
});

test("a program that is not there is named", async () => {
  const at = folder();
  await oddServer("well", { at });
  const from = server({ configDir: at, name: "odd", command: "no-such-server", allow: "*" });
  expect(await call(from, "odd_work", input)).toMatchObject({
    message: expect.stringContaining("there is no program no-such-server"),
  });
  expect(toolboxOf(from).absence("odd_work")).toMatchObject({ code: "away" });
});

test("a time limit that ends while it connects is no doubt: nothing was sent", async () => {
  const at = folder();
  await oddServer("well", { at });
  const args = ["-e", "setInterval(() => {}, 1000)"];
  const from = server({ configDir: at, name: "odd", command: node, args, allow: "*", timeoutMs: 300 });
  expect(await call(from, "odd_work", input)).toMatchObject({
    type: "failed",
    message: expect.stringContaining("it was given up. Nothing was sent."),
  });
});

test("what is given up while it is away was not sent", async () => {
  const { server: from, at } = await oddServer("exits-at-once");
  const outcome = await toolboxOf(from).run("odd_work", input, contextOf(AbortSignal.abort()));
  expect(outcome.type).not.toBe("finished");
  expect(callsIn(at)).toEqual([]);
});

test("the environment of a server is what is listed, to the letter", async () => {
  vi.stubEnv("OPENAI_API_KEY", "not-for-servers");
  const { server: from } = await oddServer("tells-environment", { env: { REGION: "eu" } });
  const outcome = await call(from, "odd_work", input);
  vi.unstubAllEnvs();
  if (outcome.type !== "finished") throw new Error(JSON.stringify(outcome));
  expect(JSON.parse(outcome.output)).toEqual({ REGION: "eu" });
});

test("a server that asks for a model is refused with words", async () => {
  const { server: from } = await oddServer("asks-for-a-model");
  expect(await call(from, "odd_work", input)).toMatchObject({
    output: expect.stringContaining("refused: This client lends its model to no server."),
  });
});

const serverThat = (mode: string) => {
  const at = folder();
  return server({ configDir: at, name: "odd", command: node, args: [odd, at, mode], allow: "*" });
};

test("a thousand tools can be accepted", async () => {
  const { tools } = await serverThat("tools:1000").accept();
  expect(tools.filter(({ standing }) => standing === "accepted")).toHaveLength(1_000);
});

test.each(["tools:1001", "endless-list"])("%s: more than can be looked at is not listed", async (mode) => {
  await expect(serverThat(mode).accept()).rejects.toThrow(
    "it lists more than 1000 tools, 64 pages or 4 million characters of them",
  );
});

test("a list that is too large for anybody is not taken in, however few its tools", async () => {
  const { server: from, at } = await oddServer("well");
  offer(at, tool({ description: "x".repeat(4_000_000) }));
  expect(await from.look()).toMatchObject({
    ok: false,
    detail: expect.stringContaining("4 million characters"),
  });
});

test("a stop while it connects leaves nothing behind", async () => {
  const { server: from } = await oddServer("well");
  from.start({ changed: () => {}, said: () => {} });
  await from.stop();
  expect(from.status()).toMatchObject({ ok: false });
  expect(await call(from, "odd_work", input)).toMatchObject({ type: "failed" });
});
