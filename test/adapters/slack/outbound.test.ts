/** What is sent to Slack, once, through every kind of trouble: the real Web API client against the emulated Slack. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Message } from "../../../src/core/message.ts";
import { ChannelError, type Delivery, type Inbound } from "../../../src/core/ports.ts";
import { messageNamed } from "../../fixtures/messages.ts";
import { recordingInlet } from "../../support/slack-inlet.ts";
import { SlackWorld } from "../../support/slack-world.ts";

let world: SlackWorld;
let now: number;
let root: string;

beforeEach(async () => {
  now = Date.now();
  world = await SlackWorld.start("http", { clock: { now: () => now } });
  await world.channel.start(recordingInlet());
  root = await world.say("<@U0BOT> restart payments");
});
afterEach(() => world.stop());

function delivery(change: Partial<Delivery> = {}): Delivery {
  return {
    id: "run_7f3a/progress#0",
    runId: "run_7f3a",
    key: "progress",
    address: world.address(root),
    body: messageNamed("done"),
    revision: 1,
    remoteId: null,
    uncertain: false,
    createdAt: Date.now(),
    ...change,
  };
}

function saying(words: string): Message {
  return { summary: words, blocks: [{ type: "text", markdown: words, foreign: false }] };
}

/** The error that a post ends with. */
async function failure(promise: Promise<unknown>): Promise<ChannelError> {
  const error = await promise.then(
    () => new Error("it was delivered"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof ChannelError)) throw error;
  return error;
}

const replies = async () => (await world.thread(root)).slice(1);

describe("a post", () => {
  test("stands in the thread with its metadata, unfurls nothing and links no names", async () => {
    const { remoteId } = await world.channel.post(delivery());
    const [message] = await replies();
    expect(message).toMatchObject({
      ts: remoteId,
      user: "U0BOT",
      thread_ts: root,
      metadata: { event_payload: { id: "run_7f3a/progress#0", run: "run_7f3a", key: "progress", part: 0 } },
    });
    const sent = world.edge.callsOf("chat.postMessage")[0]?.body;
    expect(sent).toMatchObject({ unfurl_links: "false", unfurl_media: "false", link_names: "false" });
    expect(sent?.client_msg_id).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  test("is edited where it stands", async () => {
    const { remoteId } = await world.channel.post(delivery({ body: messageNamed("progress") }));
    const again = await world.channel.post(delivery({ remoteId, revision: 2 }));
    expect(again.remoteId).toBe(remoteId);
    expect((await replies()).map(({ text }) => text)).toEqual([expect.stringContaining("is done")]);
  });

  test("at a new place makes the root message, and tells what the place became", async () => {
    const address = `slack:${world.team}/${world.id("ops")}/new:13.37.abc`;
    const { remoteId, address: real } = await world.channel.post(delivery({ address }));
    expect(real).toBe(world.address(remoteId));
    const newest = (await world.roots())[0];
    expect(newest).toMatchObject({ ts: remoteId, user: "U0BOT" });
    expect(newest?.thread_ts).toBeUndefined();
  });

  test("that is long follows in as many messages, and is edited in all of them", async () => {
    const body = messageNamed("long answer");
    const { remoteId } = await world.channel.post(delivery({ body, key: "answer" }));
    expect(remoteId.split(",")).toHaveLength(2);
    expect((await replies()).map(({ ts }) => ts)).toEqual(remoteId.split(","));
    const shorter = await world.channel.post(delivery({ body: saying("short"), remoteId, revision: 2 }));
    expect(shorter.remoteId).toBe(remoteId);
    expect((await replies()).map(({ text }) => text)).toEqual(["short", "–"]);
  });

  test("that is longer than three messages brings its text as a file", async () => {
    await world.channel.post(delivery({ body: messageNamed("very long answer"), key: "answer" }));
    const files = (await replies()).flatMap((message) => message.files ?? []);
    expect(files.map(({ name }) => name)).toEqual(["answer-run-7f3a-progress-0.md"]);
  });
});

describe("an uncertain send", () => {
  test("whose answer was lost is reported as uncertain, not tried again", async () => {
    world.edge.fail("chat.postMessage", { type: "drop" });
    const error = await failure(world.channel.post(delivery()));
    expect(error).toMatchObject({ uncertain: true, permanent: false, retryAfterMs: 3000 });
    expect(world.edge.callsOf("chat.postMessage")).toHaveLength(1);
  });

  test("is found again by its metadata, and brought up to date instead of sent twice", async () => {
    world.edge.fail("chat.postMessage", { type: "drop" });
    await failure(world.channel.post(delivery({ body: saying("working") })));
    const [standing] = await replies();
    const { remoteId } = await world.channel.post(
      delivery({ body: saying("done"), revision: 2, uncertain: true }),
    );
    expect(remoteId).toBe(standing?.ts);
    expect((await replies()).map(({ text }) => text)).toEqual(["done"]);
  });

  test("that never arrived is sent once", async () => {
    world.edge.fail("chat.postMessage", { type: "unsent" });
    expect(await failure(world.channel.post(delivery()))).toMatchObject({ uncertain: true });
    now += 1000;
    await world.channel.post(delivery({ uncertain: true }));
    expect(await replies()).toHaveLength(1);
  });

  test("that was found stays uncertain when its edit has to wait", async () => {
    world.edge.fail("chat.postMessage", { type: "drop" });
    await failure(world.channel.post(delivery()));
    world.edge.fail("chat.update", { type: "429", seconds: 2 });
    const error = await failure(world.channel.post(delivery({ uncertain: true })));
    expect(error).toMatchObject({ uncertain: true, retryAfterMs: 2000 });
  });

  test("of a new root is found in the channel", async () => {
    const address = `slack:${world.team}/${world.id("ops")}/new:13.37.abc`;
    world.edge.fail("chat.postMessage", { type: "drop" });
    await failure(world.channel.post(delivery({ address })));
    const before = await world.roots();
    const { remoteId, address: real } = await world.channel.post(delivery({ address, uncertain: true }));
    expect(real).toBe(world.address(remoteId));
    expect((await world.roots()).map(({ ts }) => ts)).toEqual(before.map(({ ts }) => ts));
  });

  test("in the middle of a long text goes on where it stopped", async () => {
    const body = messageNamed("long answer");
    world.edge.fail("chat.postMessage", { type: "500" });
    now += 5000;
    await failure(world.channel.post(delivery({ body })));
    now += 5000;
    const first = world.channel.post(delivery({ body, uncertain: true }));
    await world.edge.until(() => world.edge.callsOf("chat.postMessage").length === 2);
    world.edge.fail("chat.postMessage", { type: "drop" });
    expect(await failure(first)).toMatchObject({ uncertain: true });
    now += 5000;
    const { remoteId } = await world.channel.post(delivery({ body, uncertain: true }));
    expect((await replies()).map(({ ts }) => ts)).toEqual(remoteId.split(","));
    expect(remoteId.split(",")).toHaveLength(2);
  });

  test("of a file looks whether it is there before it is sent again", async () => {
    const body = messageNamed("very long answer");
    world.edge.fail("files.completeUploadExternal", { type: "drop" });
    expect(await failure(world.channel.post(delivery({ body })))).toMatchObject({ uncertain: true });
    await world.channel.post(delivery({ body, uncertain: true }));
    expect((await replies()).flatMap((message) => message.files ?? [])).toHaveLength(1);
    expect(world.edge.callsOf("files.completeUploadExternal")).toHaveLength(1);
  });

  test("stays uncertain while Slack can't be asked", async () => {
    world.edge.fail("conversations.replies", { type: "500" });
    expect(await failure(world.channel.post(delivery({ uncertain: true })))).toMatchObject({
      uncertain: true,
    });
    expect(world.edge.callsOf("chat.postMessage")).toHaveLength(0);
  });

  test("does not take another's message with the same metadata for its own", async () => {
    const metadata = JSON.stringify({
      event_type: "belay_post",
      event_payload: { id: "run_7f3a/progress#0", part: 0 },
    });
    const { tokens } = await import("../../support/slack-edge.ts");
    const forged = { channel: world.id("ops"), thread_ts: root, text: "forged", metadata };
    await world.edge.ask("chat.postMessage", forged, tokens.dana);
    const { remoteId } = await world.channel.post(delivery({ uncertain: true }));
    expect((await replies()).map(({ ts, user }) => ts === remoteId && user === "U0BOT")).toEqual([
      false,
      true,
    ]);
  });
});

describe("what Slack refuses", () => {
  test.each([
    ["not_in_channel", /invite/],
    ["channel_not_found", /invite/],
    ["is_archived", /archived/],
    ["invalid_auth", /SLACK_BOT_TOKEN/],
    ["account_inactive", /removed/],
    ["missing_scope", /doctor/],
    ["some_new_code", /some_new_code/],
  ])("%s is final, with words for the operator", async (code, words) => {
    world.edge.fail("conversations.join", { type: "error", code: "missing_scope" });
    world.edge.fail("chat.postMessage", { type: "error", code });
    const error = await failure(world.channel.post(delivery()));
    expect(error).toMatchObject({ permanent: true, uncertain: false, message: expect.stringMatching(words) });
  });

  test("a form that Slack does not take is replaced by one line without buttons", async () => {
    world.edge.fail("chat.postMessage", { type: "error", code: "invalid_blocks" });
    await world.channel.post(delivery({ body: messageNamed("approval") }));
    const [message] = await replies();
    expect(message?.text).toMatch(/^Approval wanted.*it is in the console/s);
    expect(JSON.stringify(message)).not.toContain("belay:approve");
  });

  test("only a message that is gone is posted anew", async () => {
    world.edge.fail("chat.update", { type: "error", code: "message_not_found" });
    expect(await failure(world.channel.post(delivery({ remoteId: "1.1" })))).toMatchObject({ lost: true });
    world.edge.fail("chat.update", { type: "error", code: "cant_update_message" });
    const other = await failure(world.channel.post(delivery({ remoteId: "1.1" })));
    expect(other).toMatchObject({ lost: false, permanent: true });
  });

  test("a failed edit is simply done again", async () => {
    const { remoteId } = await world.channel.post(delivery());
    world.edge.fail("chat.update", { type: "drop" });
    expect(await failure(world.channel.post(delivery({ remoteId })))).toMatchObject({
      uncertain: false,
      permanent: false,
    });
  });

  test("a rate limit says how long, and holds up its own kind only", async () => {
    const { remoteId } = await world.channel.post(delivery());
    world.edge.fail("chat.update", { type: "429", seconds: 7 });
    expect(await failure(world.channel.post(delivery({ remoteId })))).toMatchObject({ retryAfterMs: 7000 });
    const other = await failure(world.channel.post(delivery({ remoteId, id: "other" })));
    expect(other.retryAfterMs).toBeGreaterThanOrEqual(7000);
    expect(world.edge.callsOf("chat.update")).toHaveLength(1);
    now += 1000;
    await world.channel.post(delivery({ id: "third" }));
  });

  test("a public channel without the bot is joined", async () => {
    world.edge.fail("chat.postMessage", { type: "error", code: "not_in_channel" });
    await world.channel.post(delivery());
    expect(world.edge.callsOf("conversations.join")).toHaveLength(1);
    expect(await replies()).toHaveLength(1);
  });

  test("whoever sent the command learns that the bot is not in the channel", async () => {
    await world.slash("restart payments");
    world.edge.fail("conversations.join", { type: "error", code: "missing_scope" });
    world.edge.fail("chat.postMessage", { type: "error", code: "not_in_channel" });
    const trigger = await world.trigger("oncall");
    await world.slash("again", { trigger_id: trigger });
    const address = `slack:${world.team}/${world.id("ops")}/new:${trigger}`;
    await failure(world.channel.post(delivery({ address })));
    expect(world.edge.responses).toEqual([
      expect.objectContaining({ response_type: "ephemeral", text: expect.stringContaining("/invite") }),
    ]);
  });
});

describe("rates", () => {
  test("a channel gets one message a second, whoever posts", async () => {
    await world.channel.post(delivery({ id: "a" }));
    expect(await failure(world.channel.post(delivery({ id: "b" })))).toMatchObject({
      retryAfterMs: 1000,
      uncertain: false,
    });
    expect(await failure(world.channel.post(delivery({ id: "c" })))).toMatchObject({ retryAfterMs: 2000 });
    now += 1000;
    await world.channel.post(delivery({ id: "b" }));
    expect(world.edge.callsOf("chat.postMessage")).toHaveLength(2);
  });

  test("the workspace gets fifty edits a minute, whoever edits", async () => {
    const { remoteId } = await world.channel.post(delivery());
    const due = new Map(Array.from({ length: 30 }, (_, n) => [`run_${n}`, now]));
    const begun = now;
    let asked = 0;
    while (due.size > 0 && now < begun + 60_000) {
      const [id = "", at = now] = [...due].sort((one, other) => one[1] - other[1])[0] ?? [];
      now = Math.max(now, at);
      asked += 1;
      try {
        await world.channel.post(delivery({ id, remoteId }));
        due.delete(id);
      } catch (error) {
        due.set(id, now + ((error as ChannelError).retryAfterMs ?? 0));
      }
    }
    expect(due.size).toBe(0);
    // Whoever waits as told comes back once, not in a loop.
    expect(asked).toBeLessThanOrEqual(60);
  });
});

describe("private words", () => {
  const from = (replyTo: Record<string, string>): Inbound => ({
    key: "k",
    actor: { principal: "slack:T1/U1", name: "dana", groups: [], guest: false, kind: "person" },
    channel: "slack",
    address: world.address(root),
    intent: { type: "instruction", text: "" },
    replyTo: { channel: world.id("ops"), user: world.id("dana"), root, ...replyTo },
    context: [],
  });
  const outcome = (type: "noted" | "refused" | "launched" | "done", text = "words") => ({
    type,
    text,
    runId: null,
  });
  const calls = () =>
    world.edge.calls.map(({ method }) => method).filter((method) => /ephemeral|reactions/i.test(method));

  test("a noted reply gets an eye", async () => {
    await world.channel.whisper(from({ via: "message", ts: root }), outcome("noted"));
    await world.edge.until(() => calls().length === 1);
    expect(world.edge.callsOf("reactions.add")[0]?.body).toMatchObject({ name: "eyes", timestamp: root });
  });

  test("a refused press is told to the presser alone, in the thread", async () => {
    await world.channel.whisper(from({ via: "press" }), outcome("refused", "Only <!channel> may."));
    await world.edge.until(() => calls().length === 1);
    const told = world.edge.callsOf("chat.postEphemeral")[0]?.body;
    expect(told).toMatchObject({ user: world.id("dana"), thread_ts: root });
    expect(`${told?.text}${told?.blocks}`).not.toContain("<!channel>");
  });

  test("a command is answered through its URL, or in the channel when that is used up", async () => {
    const url = `${world.edge.url}/respond/1`;
    await world.channel.whisper(from({ via: "slash", response_url: url }), outcome("launched", "On it."));
    await world.edge.until(() => world.edge.responses.length === 1);
    const gone = "http://127.0.0.1:9/respond";
    await world.channel.whisper(from({ via: "slash", response_url: gone }), outcome("done", "Stopped."));
    await world.edge.until(() => calls().length === 1);
  });

  test("what the thread shows anyway is not said again", async () => {
    await world.channel.whisper(from({ via: "message", ts: root }), outcome("launched"));
    await world.channel.whisper(from({ via: "press" }), outcome("done"));
    await world.channel.stop();
    expect(calls()).toEqual([]);
  });

  test("a word that can't be delivered harms nobody", async () => {
    world.edge.fail("chat.postEphemeral", { type: "500" });
    await world.channel.whisper(from({ via: "press" }), outcome("refused"));
    await world.channel.stop();
    expect(calls()).toEqual(["chat.postEphemeral"]);
  });
});
