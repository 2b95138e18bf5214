/** The pictures of a run go with the mail of its outcome; of those that do not, the mail says which, and where they are. */
import { expect, test } from "vitest";
import type { Delivery } from "../../../src/core/ports/channel.ts";
import { messageNamed } from "../../fixtures/messages.ts";
import { delivery, eml, type MailBench, mailBench, says } from "../../support/mail/bench.ts";
import { relay } from "../../support/mail/world.ts";

interface Drawn {
  name: string;
  /** null: it can't be read any more. */
  bytes: Buffer | null;
}

/** A run that a mail started and that has brought these pictures; the same stand in another channel too. */
async function drawing(b: MailBench, ...drawn: Drawn[]) {
  await relay(b.port, eml("attachment"), { from: "dana@example.com", to: "agent@belay.example" });
  const { launch, runId } = b.inlet.launches[0] ?? {};
  const address = launch?.addresses[0];
  if (runId === undefined || address === undefined) throw new Error("the mail started no run");
  const posts = drawn.map(({ name, bytes }) => {
    const picture = { hash: name, name, mediaType: "image/png", size: bytes?.byteLength ?? 24_000, alt: "" };
    const body = { ...messageNamed("picture"), blocks: [{ type: "picture" as const, picture }] };
    return delivery(runId, address, `picture:${name}`, { body });
  });
  const rows = posts.map((post) => ({ ...post, deliveredRevision: 1, attempts: 1, nextAt: 0 }));
  b.inlet.store.deliveries = async () => [
    ...rows,
    ...rows.map((row) => ({ ...row, address: "slack:T1/C1/1" })),
  ];
  b.inlet.store.attachment = async (_, hash) => {
    const bytes = drawn.find(({ name }) => name === hash)?.bytes;
    return bytes ? { runId, hash, name: hash, mediaType: "image/png", bytes } : null;
  };
  const posted = await Promise.all(posts.map((post) => b.channel.post(post)));
  return { runId, address, posted };
}

async function ends(b: MailBench, { runId, address }: Pick<Delivery, "runId" | "address">) {
  b.inlet.setRun(runId, { status: "complete" });
  await b.channel.post(delivery(runId, address, "progress", { body: says("It rose.") }));
  const mail = await b.world.nth(1);
  expect(b.world.mails).toHaveLength(1);
  expect(mail.text).toContain("It rose.");
  return mail;
}

const chart = { name: "chart.png", bytes: Buffer.from("the bytes") };
const large = (name: string) => ({ name, bytes: Buffer.alloc(3_500_000, 7) });

test("the pictures of a run go with its outcome, and make no mail of their own", async () => {
  await using b = await mailBench();
  const run = await drawing(b, chart);
  expect(run.posted).toEqual([{ remoteId: "quiet" }]);
  const mail = await ends(b, run);
  expect(mail.attachments).toMatchObject([{ filename: "chart.png", contentType: "image/png" }]);
  expect(mail.attachments[0]?.content.toString()).toBe("the bytes");
  expect(mail.text).not.toMatch(/too large|can't be read/i);
});

test("of those beyond what mail servers take, the mail says which, and where they are", async () => {
  await using b = await mailBench();
  const run = await drawing(b, large("first.png"), large("second.png"), chart);
  const mail = await ends(b, run);
  expect(mail.attachments.map(({ filename }) => filename)).toEqual(["first.png", "chart.png"]);
  const words = `Too large for this mail: second.png (image/png, 3.5 MB). To be seen in the console: https://belay.example/runs/${run.runId}`;
  expect(mail.text).toContain(words);
  expect(mail.html).toContain("Too large for this mail: second.png");
});

test("a picture that can't be read any more is named, and holds up no words", async () => {
  await using b = await mailBench();
  const mail = await ends(b, await drawing(b, { name: "torn.png", bytes: null }, chart));
  expect(mail.attachments.map(({ filename }) => filename)).toEqual(["chart.png"]);
  expect(mail.text).toContain("Can't be read any more: torn.png (image/png, 24 kB).");
});

test("where they are too much for the server, the words go without them, and say so", async () => {
  await using b = await mailBench();
  const run = await drawing(b, chart);
  b.world.misbehave(552);
  const mail = await ends(b, run);
  expect(mail.attachments).toEqual([]);
  expect(mail.text).toContain("Too large for this mail: chart.png (image/png, 9 bytes).");
});
