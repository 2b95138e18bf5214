/** Whatever comes through the mail listener's door, or is thrown behind it, ends nothing: the next mail is taken. */
import { once } from "node:events";
import { createConnection } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { listen, type MailListener } from "../../../adapters/email/listener.ts";
import { eml } from "../../support/mail/bench.ts";
import { relay } from "../../support/mail/world.ts";

const envelope = { from: "dana@example.com", to: "agent@belay.example" };
const loose: unknown[] = [];
const note = (error: unknown) => void loose.push(error);
let door: MailListener;
let hasMailbox: () => boolean = () => true;
let take: () => Promise<void> = async () => {};

beforeEach(async () => {
  loose.length = 0;
  hasMailbox = () => true;
  take = async () => {};
  process.on("unhandledRejection", note);
  process.on("uncaughtException", note);
  const at = { host: "127.0.0.1", port: 0, lmtp: false };
  door = await listen({ ...at, hasMailbox: () => hasMailbox(), take: () => take() });
});
afterEach(async () => {
  await door.close();
  process.off("unhandledRejection", note);
  process.off("uncaughtException", note);
  expect(loose).toEqual([]);
});

/** Says it, hangs up, and waits until the connection is gone. */
async function rawly(text: string | Buffer): Promise<void> {
  const socket = createConnection(door.port, "127.0.0.1");
  socket.on("error", () => {});
  await once(socket, "data");
  socket.end(text);
  socket.resume();
  await once(socket, "close");
}

const said: [string, string | Buffer][] = [
  ["nothing", ""],
  ["no command at all", "\r\n\r\n\u0000\u0000\r\n"],
  ["half a greeting", "EHLO"],
  ["bytes that are no text", Buffer.from([0xff, 0xfe, 0x00, 0x0d, 0x0a, 0x80, 0x0d, 0x0a])],
  ["addresses that are none", "EHLO x\r\nMAIL FROM:\r\nRCPT TO:<>\r\nMAIL FROM:<@@@>\r\nRCPT TO:<a@b\r\n"],
  ["commands out of order", "DATA\r\nRCPT TO:<a@b.c>\r\nDATA\r\nQUIT\r\nDATA\r\n"],
  ["sizes that are none", "EHLO x\r\nMAIL FROM:<a@b.c> SIZE=-1\r\nMAIL FROM:<a@b.c> SIZE=9e99\r\n"],
  ["a line without an end", `EHLO ${"x".repeat(200_000)}`],
  ["a mail that breaks off", "EHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nDATA\r\nSubject: hal"],
  ["another protocol", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"],
];

test.each(said)("%s", async (_, text) => {
  await rawly(text);
  await relay(door.port, eml("attachment"), envelope);
});

function itself(): object {
  const self: Record<string, unknown> = {};
  self.self = self;
  return self;
}

const thrown: [string, () => never][] = [
  [
    "an error",
    () => {
      throw new Error("the disk is full");
    },
  ],
  [
    "nothing at all",
    () => {
      throw undefined;
    },
  ],
  [
    "what holds itself",
    () => {
      throw itself();
    },
  ],
  [
    "what can't be told",
    () => {
      throw Object.create(null);
    },
  ],
];

test.each(thrown)("a mailbox's look-up that throws %s: the relay tries again later", async (_, throws) => {
  hasMailbox = throws;
  await expect(relay(door.port, eml("attachment"), envelope)).rejects.toMatchObject({ responseCode: 451 });
  hasMailbox = () => true;
  await relay(door.port, eml("attachment"), envelope);
});

test.each(thrown)("a mail that can't be taken because of %s: the relay keeps it", async (_, throws) => {
  for (const failing of [throws, async () => throws()]) {
    take = failing;
    await expect(relay(door.port, eml("attachment"), envelope)).rejects.toMatchObject({ responseCode: 451 });
  }
  take = async () => {};
  await relay(door.port, eml("attachment"), envelope);
});
