/** Numbers of a server that JavaScript can't hold: the model is told each digit of them, however they come. */
import { expect, test } from "vitest";
import { allDigits, withAllDigits } from "../../../adapters/mcp/digits.ts";
import { acceptedAt, call, input, oddServer } from "./bench.ts";
import { webServer } from "./web-server.ts";

const structured = '{"id":9007199254740993,"few":7}';
const told = '{"id":"9007199254740993","few":7}';
const answer = (id: unknown) =>
  `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"content":[],"structuredContent":${structured}}}`;

test("over its standard streams", async () => {
  const { server: from } = await oddServer("structures-digits");
  expect(await call(from, "odd_work", input)).toMatchObject({ type: "finished", output: told });
});

test.each([
  ["application/json", (message: string) => message],
  ["application/json", (message: string) => `\ufeff${message}`],
  ["text/event-stream", (message: string) => `\ufeffdata: ${message}\n\n`],
  ["text/event-stream", (message: string) => `event: message\ndata: ${message}\n\n`],
  ["text/event-stream", (message: string) => `data: ${message.replace(",", "\r\ndata:,")}\r\n\r\n`],
])("over HTTP as %s", async (type, body) => {
  const { url } = await webServer((one, response) => {
    if (!one.body.includes("tools/call")) return false;
    response.writeHead(200, { "content-type": type }).end(body(answer(JSON.parse(one.body).id)));
    return true;
  });
  expect(await call(await acceptedAt({ url }), "web_work", {})).toMatchObject({
    type: "finished",
    output: told,
  });
});

test.each([
  [
    "what a tool is told to begin with, and an example",
    '{"result":{"tools":[{"inputSchema":{"properties":{"c":{"default":9007199254740993,"examples":[9007199254740993,7]},"d":{"default":3}}}}]}}',
    '{"result":{"tools":[{"inputSchema":{"properties":{"c":{"default":"9007199254740993","examples":["9007199254740993",7]},"d":{"default":3}}}}]}}',
  ],
  [
    "what a form begins with, which must be a number",
    '{"params":{"requestedSchema":{"properties":{"c":{"default":9007199254740993},"d":{"default":3}}}}}',
    '{"params":{"requestedSchema":{"properties":{"c":{},"d":{"default":3}}}}}',
  ],
  [
    "progress and the protocol's own numbers, which must be numbers",
    '{"id":9007199254740993,"params":{"progress":0.12345678901234567890}}',
    '{"id":9007199254740992,"params":{"progress":0.12345678901234568}}',
  ],
  [
    "bounds, which are held",
    '{"params":{"schema":{"maximum":9223372036854775807,"minimum":-9223372036854775809}}}',
    '{"params":{"schema":{"maximum":9223372036854775000,"minimum":-9223372036854775000}}}',
  ],
  [
    "arguments that are named like words of schemas",
    '{"properties":{"default":{"maxLength":9223372036854775807},"const":{"maxLength":9223372036854775807},"maximum":9007199254740993,"properties":{"properties":{"default":{}},"default":9007199254740993}}}',
    '{"properties":{"default":{"maxLength":9223372036854776000},"const":{"maxLength":9223372036854776000},"maximum":9007199254740992,"properties":{"properties":{"default":{}}}}}',
  ],
  ["a number alone, which is no message", "9007199254740993", "9007199254740993"],
  ["what is no JSON", '{"a":9007199254740993', '{"a":9007199254740993'],
  ["what has no such number", '{"a": 7, "b": "9007199254740993"}', '{"a": 7, "b": "9007199254740993"}'],
])("of %s", (_, message, read) => {
  expect(withAllDigits(message)).toBe(read);
});

async function streamed(...pieces: string[]): Promise<string[]> {
  const whole = allDigits(true);
  const taken: string[] = [];
  whole.on("data", (piece: Buffer) => taken.push(piece.toString()));
  const over = Promise.withResolvers<void>();
  whole.on("end", over.resolve).on("error", over.reject);
  for (const piece of pieces) whole.write(Buffer.from(piece, "latin1"));
  whole.end();
  await over.promise;
  return taken;
}

test("an event of a stream goes on as soon as it is whole, wherever it is cut", async () => {
  const exact = `id: 1\ndata: {"result":{"structuredContent":${told}}}\n\n`;
  const event = `data: {"result":{"structuredContent":\ndata: ${structured}}}\nid: 1\n\n`;
  for (const at of [1, 30, 60, event.length - 1]) {
    const pieces = await streamed(event.slice(0, at), `${event.slice(at)}: on\n`, "\n", "data: 1");
    expect(pieces).toEqual([exact, ": on\n\n", "data: 1"]);
  }
});

test("a character that lies in two pieces stays whole", async () => {
  const bytes = Buffer.from("data: ü\n\n").toString("latin1");
  expect(await streamed(bytes.slice(0, 7), bytes.slice(7))).toEqual(["data: ü\n\n"]);
});
