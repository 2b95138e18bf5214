/**
 * A server that misbehaves, over its standard streams and without any library: in what it sends, when, and how often.
 * Its folder holds what it offers (`tools.json`, read each time it is asked) and what was called (`calls.log`).
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

const [folder = ".", mode = "well"] = process.argv.slice(2);
const toolsFile = join(folder, "tools.json");

const plain = {
  name: "work",
  description: "Works.",
  inputSchema: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
};

interface Request {
  id?: number;
  method: string;
  params?: {
    name?: string;
    arguments?: Record<string, unknown>;
    protocolVersion?: string;
    _meta?: { progressToken?: unknown };
  };
}

const write = (text: string | Buffer) => process.stdout.write(text);
const send = (message: object) => write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
const textOf = (text: string) => ({ content: [{ type: "text", text }] });

if (mode === "exits-at-once") {
  process.stderr.write(`no key, although TOKEN is ${process.env.TOKEN}\n`);
  process.exit(3);
}
if (mode === "prints-to-stdout") write("Welcome to the server!\n{not json}\n[1,2]\n");

function list(): unknown[] {
  const [, many] = /^tools:(\d+)$/.exec(mode) ?? [];
  if (many !== undefined) {
    return Array.from({ length: Number(many) }, (_, index) => ({ ...plain, name: `work${index}` }));
  }
  return existsSync(toolsFile) ? JSON.parse(readFileSync(toolsFile, "utf8")) : [plain];
}

function call({ id, params }: Request): void {
  const { name = "", arguments: given = {} } = params ?? {};
  appendFileSync(join(folder, "calls.log"), `${JSON.stringify({ name, given })}\n`);
  const answer = { id, result: textOf(`did ${given.text}`) };
  switch (mode) {
    case "huge":
      return void send({ id, result: textOf("x".repeat(10 * 1024 * 1024)) });
    case "too-huge":
      return void send({ id, result: textOf("x".repeat(17 * 1024 * 1024)) });
    case "endless-progress": {
      const progressToken = params?._meta?.progressToken ?? id;
      const tell = () =>
        send({ method: "notifications/progress", params: { progressToken, progress: 1, message: "on" } });
      setInterval(tell, 2);
      return;
    }
    case "tells-progress": {
      const { progressToken } = params?._meta ?? {};
      const said = { progressToken, progress: 2, total: 5, message: "copy\u200bing" };
      send({ method: "notifications/progress", params: said });
      const wait = setInterval(() => {
        if (!existsSync(join(folder, "go"))) return;
        clearInterval(wait);
        send(answer);
      }, 10);
      return;
    }
    case "never-answers":
      return;
    case "answers-in-reverse":
      if (held === null) held = answer;
      else {
        send(answer);
        send(held);
        held = null;
      }
      return;
    case "answers-twice":
      send(answer);
      return void send({ id, result: textOf("did it again") });
    case "wrong-ids":
      send({ id: 4_711, result: textOf("for somebody else") });
      send({ id: "no number", result: textOf("for nobody") });
      return void send(answer);
    case "invalid-utf8":
      write(`{"jsonrpc":"2.0","id":${id},"result":{"content":[{"type":"text","text":"did `);
      write(Buffer.from([0xff, 0xfe, 0xc3]));
      return void write('"}]}}\n');
    case "floods-stderr":
      for (let line = 0; line < 2_000; line++) process.stderr.write(`${"noise ".repeat(100)}\n`);
      return void send(answer);
    case "dies-in-call":
      process.exit(7);
      return;
    case "dies-once":
      if (readFileSync(join(folder, "calls.log"), "utf8").trim().split("\n").length === 1) process.exit(7);
      return void send(answer);
    case "structures-digits":
      // Written by hand: what JavaScript writes has lost them already.
      return void write(
        `{"jsonrpc":"2.0","id":${id},"result":{"content":[{"type":"text","text":"an account"}],"structuredContent":{"id":9007199254740993,"few":7}}}\n`,
      );
    case "brings-a-picture": {
      const data = Buffer.from("not really a picture").toString("base64");
      const blob = Buffer.from("a,b").toString("base64");
      const content = [
        { type: "text", text: "drawn" },
        { type: "image", data, mimeType: "image/png" },
        { type: "resource", resource: { uri: "file:///tmp/t.csv", mimeType: "text/csv", blob } },
        { type: "resource_link", uri: "https://a.example/x", name: "more" },
      ];
      return void send({ id, result: { content } });
    }
    case "internal-error":
      return void send({ id, error: { code: -32603, message: "internal: lost the thread" } });
    case "invalid-params":
      return void send({ id, error: { code: -32602, message: "no such text" } });
    case "fails":
      return void send({ id, result: { ...textOf("the disk is full"), isError: true } });
    case "tells-environment":
      return void send({ id, result: textOf(JSON.stringify(process.env)) });
    case "asks-for-a-model":
      return void send({ id: 900, method: "sampling/createMessage", params: { messages: [], maxTokens: 1 } });
    default:
      send(answer);
  }
}

function answer(request: Request & { error?: { message: string } }): void {
  const { id, method, params } = request;
  // The answer to what this server asked: passed on as the result of the call.
  if (method === undefined && id === 900) {
    return void send({ id: lastCall, result: textOf(`refused: ${request.error?.message}`) });
  }
  if (id === undefined) return;
  if (method === "initialize") {
    const serverInfo = { name: "odd", version: "1.0.0" };
    const capabilities = { tools: { listChanged: true } };
    return void send({ id, result: { protocolVersion: params?.protocolVersion, capabilities, serverInfo } });
  }
  if (method === "tools/list")
    return void send({
      id,
      result: { tools: list(), ...(mode === "endless-list" ? { nextCursor: "again" } : {}) },
    });
  if (method === "tools/call") {
    lastCall = id;
    return void call(request);
  }
  send({ id, error: { code: -32601, message: "Method not found" } });
}

/** Announces what its folder was given to offer, unless it changes in silence. */
const stamp = () => (existsSync(toolsFile) ? readFileSync(toolsFile, "utf8") : "");
let announced = stamp();
if (mode !== "changes-in-silence") {
  setInterval(() => {
    if (stamp() === announced) return;
    announced = stamp();
    send({ method: "notifications/tools/list_changed" });
  }, 20).unref();
}

let lastCall = 0;
/** The answer to the first call, until there is a second one. */
let held: object | null = null;
const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => answer(JSON.parse(line)));
lines.on("close", () => process.exit(0));
