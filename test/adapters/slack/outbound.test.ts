/** Posts in Slack stand once, also when an answer was lost: the real Web API client against the emulated Slack. */

import { describe, expect, test } from "vitest";
import type { Delivery } from "../../../src/core/ports/channel.ts";
import { messageNamed } from "../../fixtures/messages.ts";
import { theAsked } from "../../support/slack/asked.ts";
import { deliveryAt, failure, saying } from "../../support/slack/delivery.ts";
import { tokens } from "../../support/slack/emulator.ts";

const at = theAsked();

const delivery = (change: Partial<Delivery> = {}) => deliveryAt(at.world.address(at.root), change);
const replies = async () => (await at.world.thread(at.root)).slice(1);

describe("a picture", () => {
  const body = messageNamed("picture");
  const hash = "1f".repeat(32);
  const file = { runId: "run_7f3a", hash, name: "chart.png", mediaType: "image/png" };
  const files = async () => (await replies()).flatMap((message) => message.files ?? []);
  const isThere = () => at.inlet.attachments.set(hash, { ...file, bytes: Buffer.from("the bytes") });

  test("stands under its words as a file, named after its bytes, with its words for who can't see it", async () => {
    isThere();
    await at.world.channel.post(delivery({ body }));
    expect((await files()).map(({ name }) => name)).toEqual(["chart-1f1f1f1f.png"]);
    const words = "CPU of api-7 rose from 10 to 90 %";
    expect(at.world.edge.callsOf("files.getUploadURLExternal")[0]?.body).toMatchObject({ alt_text: words });
    expect((await replies())[0]?.text).toContain(words);
  });

  test("whose upload got no answer is looked for before it is sent again", async () => {
    isThere();
    at.world.edge.fail("files.completeUploadExternal", { type: "drop" });
    const error = await failure(at.world.channel.post(delivery({ body })));
    expect(error).toMatchObject({ failure: { type: "uncertain" }, partly: true });
    await at.world.channel.post(delivery({ body, uncertain: true }));
    expect(await files()).toHaveLength(1);
  });

  test("that Slack does not take, or the store has no more, is told of in words", async () => {
    await at.world.channel.post(delivery({ body }));
    expect(await files()).toEqual([]);
    isThere();
    at.now += 5000;
    at.world.edge.fail("files.getUploadURLExternal", { type: "error", code: "file_uploads_disabled" });
    await at.world.channel.post(delivery({ body, id: "run_7f3a/other#0", key: "other" }));
    expect((await replies()).at(-1)?.text).toContain("The picture is in the console");
  });
});

describe("a post", () => {
  test("stands in the thread with its metadata, unfurls nothing and links no names", async () => {
    const { remoteId } = await at.world.channel.post(delivery());
    const [message] = await replies();
    expect(message).toMatchObject({
      ts: remoteId,
      user: "U0BOT",
      thread_ts: at.root,
      metadata: { event_payload: { id: "run_7f3a/progress#0", run: "run_7f3a", key: "progress", part: 0 } },
    });
    const sent = at.world.edge.callsOf("chat.postMessage")[0]?.body;
    expect(sent).toMatchObject({ unfurl_links: "false", unfurl_media: "false", link_names: "false" });
    expect(sent?.client_msg_id).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  test("is edited where it stands", async () => {
    const { remoteId } = await at.world.channel.post(delivery({ body: messageNamed("progress") }));
    const again = await at.world.channel.post(delivery({ remoteId, revision: 2 }));
    expect(again.remoteId).toBe(remoteId);
    expect((await replies()).map(({ text }) => text)).toEqual([expect.stringContaining("is done")]);
  });

  test("at a new place makes the root message, and tells what the place became", async () => {
    const address = `slack:${at.world.team}/${at.world.id("ops")}/new:13.37.abc`;
    const { remoteId, address: real } = await at.world.channel.post(delivery({ address }));
    expect(real).toBe(at.world.address(remoteId));
    const newest = (await at.world.roots())[0];
    expect(newest).toMatchObject({ ts: remoteId, user: "U0BOT" });
    expect(newest?.thread_ts).toBeUndefined();
  });

  test("that is long follows in as many messages, and is edited in all of them", async () => {
    const body = messageNamed("long answer");
    const { remoteId } = await at.world.channel.post(delivery({ body, key: "answer" }));
    expect(remoteId.split(",")).toHaveLength(2);
    expect((await replies()).map(({ ts }) => ts)).toEqual(remoteId.split(","));
    const shorter = await at.world.channel.post(delivery({ body: saying("short"), remoteId, revision: 2 }));
    expect(shorter.remoteId).toBe(remoteId);
    expect((await replies()).map(({ text }) => text)).toEqual(["short", "–"]);
  });

  test.each([0, 1])("that is long: message %i comes back alone when somebody deletes it", async (gone) => {
    const body = messageNamed("long answer");
    const { remoteId } = await at.world.channel.post(delivery({ body, key: "answer" }));
    const before = remoteId.split(",");
    await at.world.edge.ask("chat.delete", { channel: at.world.id("ops"), ts: before[gone] ?? "" });
    const later = (change: Partial<Delivery>) => {
      at.now += 5000;
      return at.world.channel.post(delivery({ body, key: "answer", ...change }));
    };
    const again = await later({ remoteId, revision: 2 });
    const after = again.remoteId.split(",");
    expect(after[1 - gone]).toBe(before[1 - gone]);
    expect((await replies()).map(({ ts }) => ts).sort()).toEqual([...after].sort());
    // Nobody wrote down where it is: it is found, not sent once more.
    expect(await later({ remoteId, revision: 2 })).toEqual(again);
    await at.world.edge.ask("chat.delete", { channel: at.world.id("ops"), ts: after[1] ?? "" });
    await later({ body: saying("short"), remoteId: again.remoteId, revision: 3 });
    expect((await replies()).map(({ text }) => text)).toEqual(["short"]);
  });

  test("that is longer than three messages brings its text as a file", async () => {
    await at.world.channel.post(delivery({ body: messageNamed("very long answer"), key: "answer" }));
    const files = (await replies()).flatMap((message) => message.files ?? []);
    expect(files.map(({ name }) => name)).toEqual([
      expect.stringMatching(/^answer-run-7f3a-progress-0-\w{8}\.md$/),
    ]);
  });
});

describe("what Slack makes many blocks of", () => {
  const items = (n: number) => Array.from({ length: n }, (_, i) => `- item ${i}`).join("\n");
  const shown = async () => JSON.stringify(await replies());

  test("is sent in messages of at most 45 elements, all of it and without a refusal", async () => {
    await at.world.channel.post(delivery({ body: saying(items(120)), key: "answer" }));
    const standing = await replies();
    expect(standing).toHaveLength(3);
    for (let i = 0; i < 120; i += 1) expect(await shown()).toMatch(new RegExp(`- item ${i}\\b`));
    expect(await shown()).not.toContain("Slack does not take");
  });

  test.each([
    ["list items", items(400)],
    ["paragraphs", Array.from({ length: 300 }, (_, i) => `p${i}`).join("\n\n")],
    ["headings", Array.from({ length: 300 }, (_, i) => `# h${i}`).join("\n")],
  ])("of too many %s comes whole, as a file", async (_, markdown) => {
    await at.world.channel.post(delivery({ body: saying(markdown), key: "answer" }));
    expect((await replies()).flatMap(({ files = [] }) => files)).toHaveLength(1);
    expect(await shown()).not.toContain("Slack does not take");
  });

  test("code counts as one element, however long", async () => {
    const code = `\`\`\`\n${Array.from({ length: 200 }, (_, i) => `- line ${i}`).join("\n")}\n\`\`\``;
    await at.world.channel.post(delivery({ body: saying(code), key: "answer" }));
    expect(await replies()).toHaveLength(1);
  });

  test("of 12,900 characters in several blocks is no refusal either", async () => {
    const text = { type: "text", markdown: "word ".repeat(2_100), foreign: false } as const;
    const fields = [{ name: "input", value: "x".repeat(2_900) }];
    await at.world.channel.post(
      delivery({ body: { summary: "s", blocks: [text, { type: "fields", fields }] } }),
    );
    expect(await replies()).toHaveLength(2);
    expect(at.world.edge.callsOf("chat.postMessage")).toHaveLength(2);
  });
});

describe("a form that Slack refuses all the same", () => {
  const refused = { type: "error", code: "msg_blocks_too_long" } as const;

  test("is one line, and all of it in a file: text, steps, and call", async () => {
    at.world.edge.fail("chat.postMessage", refused);
    await at.world.channel.post(delivery({ body: saying("the answer of all answers") }));
    const [message] = await replies();
    expect(message?.text).toContain("in the file below");
    expect((await replies()).flatMap(({ files = [] }) => files)).toHaveLength(1);
  });

  test("brings its file once, also when an edit is refused again", async () => {
    at.world.edge.fail("chat.postMessage", refused);
    const body = saying("the answer");
    const { remoteId } = await at.world.channel.post(delivery({ body }));
    at.world.edge.fail("chat.update", refused);
    await at.world.channel.post(delivery({ body, remoteId, revision: 2 }));
    expect((await replies()).flatMap(({ files = [] }) => files)).toHaveLength(1);
  });

  test("where files are forbidden too says where the whole is", async () => {
    at.world.edge.fail("chat.postMessage", refused);
    at.world.edge.fail("files.getUploadURLExternal", { type: "error", code: "file_uploads_disabled" });
    await at.world.channel.post(delivery({ body: saying("the answer") }));
    expect((await replies()).at(-1)?.text).toContain("https://belay.example/runs/run_7f3a");
  });
});

describe("an answer that is garbled on its way", () => {
  test.each([
    ["a proxy's page", { type: "garbled", body: "<html>sign in</html>" }],
    ["half of it", { type: "cut" }],
    ["no JSON", { type: "garbled", body: '{"ok":tr' }],
  ] as const)("%s: the post stands once, and its card is brought up to date", async (_, fault) => {
    at.world.edge.fail("chat.postMessage", fault);
    expect((await failure(at.world.channel.post(delivery()))).failure.type).toBe("uncertain");
    await at.world.channel.post(delivery({ body: saying("settled"), revision: 2, uncertain: true }));
    expect((await replies()).map(({ text }) => text)).toEqual(["settled"]);
  });
});

describe("an uncertain send", () => {
  test("whose answer was lost is reported as uncertain, not tried again", async () => {
    at.world.edge.fail("chat.postMessage", { type: "drop" });
    const error = await failure(at.world.channel.post(delivery()));
    expect(error.failure).toEqual({ type: "uncertain", retryAfterMs: 3000 });
    expect(at.world.edge.callsOf("chat.postMessage")).toHaveLength(1);
  });

  test("is found again by its metadata, and brought up to date instead of sent twice", async () => {
    at.world.edge.fail("chat.postMessage", { type: "drop" });
    await failure(at.world.channel.post(delivery({ body: saying("working") })));
    const [standing] = await replies();
    const { remoteId } = await at.world.channel.post(
      delivery({ body: saying("done"), revision: 2, uncertain: true }),
    );
    expect(remoteId).toBe(standing?.ts);
    expect((await replies()).map(({ text }) => text)).toEqual(["done"]);
  });

  test("that never arrived is sent once", async () => {
    at.world.edge.fail("chat.postMessage", { type: "unsent" });
    expect((await failure(at.world.channel.post(delivery()))).failure.type).toBe("uncertain");
    at.now += 1000;
    await at.world.channel.post(delivery({ uncertain: true }));
    expect(await replies()).toHaveLength(1);
  });

  test("that was found waits as it is told when its edit has to", async () => {
    at.world.edge.fail("chat.postMessage", { type: "drop" });
    await failure(at.world.channel.post(delivery()));
    at.world.edge.fail("chat.update", { type: "429", seconds: 2 });
    const error = await failure(at.world.channel.post(delivery({ uncertain: true })));
    expect(error.failure).toEqual({ type: "wait", retryAfterMs: 2000 });
  });

  test("of a new root is found in the channel", async () => {
    const address = `slack:${at.world.team}/${at.world.id("ops")}/new:13.37.abc`;
    at.world.edge.fail("chat.postMessage", { type: "drop" });
    await failure(at.world.channel.post(delivery({ address })));
    const before = await at.world.roots();
    const { remoteId, address: real } = await at.world.channel.post(delivery({ address, uncertain: true }));
    expect(real).toBe(at.world.address(remoteId));
    expect((await at.world.roots()).map(({ ts }) => ts)).toEqual(before.map(({ ts }) => ts));
  });

  test("in the middle of a long text goes on where it stopped", async () => {
    const body = messageNamed("long answer");
    at.world.edge.fail("chat.postMessage", { type: "500" });
    at.now += 5000;
    await failure(at.world.channel.post(delivery({ body })));
    at.now += 5000;
    const first = at.world.channel.post(delivery({ body, uncertain: true }));
    await at.world.edge.until(() => at.world.edge.callsOf("chat.postMessage").length === 2);
    at.world.edge.fail("chat.postMessage", { type: "drop" });
    expect(await failure(first)).toMatchObject({ failure: { type: "uncertain" }, partly: true });
    at.now += 5000;
    const { remoteId } = await at.world.channel.post(delivery({ body, uncertain: true }));
    expect((await replies()).map(({ ts }) => ts)).toEqual(remoteId.split(","));
    expect(remoteId.split(",")).toHaveLength(2);
  });

  test("of a file looks whether it is there before it is sent again", async () => {
    const body = messageNamed("very long answer");
    at.world.edge.fail("files.completeUploadExternal", { type: "drop" });
    const error = await failure(at.world.channel.post(delivery({ body })));
    expect(error).toMatchObject({ failure: { type: "uncertain" }, partly: true });
    await at.world.channel.post(delivery({ body, uncertain: true }));
    expect((await replies()).flatMap((message) => message.files ?? [])).toHaveLength(1);
    expect(at.world.edge.callsOf("files.completeUploadExternal")).toHaveLength(1);
  });

  test("stays uncertain while Slack can't be asked", async () => {
    at.world.edge.fail("conversations.replies", { type: "500" });
    const error = await failure(at.world.channel.post(delivery({ uncertain: true })));
    expect(error.failure.type).toBe("uncertain");
    expect(at.world.edge.callsOf("chat.postMessage")).toHaveLength(0);
  });

  test("does not take another's message with the same metadata for its own", async () => {
    const metadata = JSON.stringify({
      event_type: "belay_post",
      event_payload: { id: "run_7f3a/progress#0", part: 0 },
    });
    const forged = { channel: at.world.id("ops"), thread_ts: at.root, text: "forged", metadata };
    await at.world.edge.ask("chat.postMessage", forged, tokens.dana);
    const { remoteId } = await at.world.channel.post(delivery({ uncertain: true }));
    expect((await replies()).map(({ ts, user }) => ts === remoteId && user === "U0BOT")).toEqual([
      false,
      true,
    ]);
  });
});
