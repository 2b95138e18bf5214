/** A post stands once, where it belongs, whatever REST answers. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Message } from "../../../src/core/message.ts";
import type { Channel, Delivery } from "../../../src/core/ports/channel.ts";
import { ChannelError } from "../../../src/core/ports/channel-error.ts";
import { messageNamed } from "../../fixtures/messages.ts";
import { bed, delivery, unstarted } from "../../support/discord/bed.ts";
import { type FakeDiscord, fakeDiscord } from "../../support/discord/fake.ts";
import { ids, message } from "../../support/discord/payloads.ts";

let discord: FakeDiscord;
let channel: Channel;
let next = 0;

beforeAll(async () => {
  discord = await fakeDiscord();
});
afterAll(() => discord.close());
beforeEach(() => {
  channel = unstarted(discord);
  discord.rest.calls.length = 0;
  discord.rest.faults.length = 0;
  next += 1;
});

function asked(): { source: string; address: string } {
  const source = discord.rest.id();
  discord.rest.put(message({ id: source, content: "please" }));
  return { source, address: `discord:${ids.guild}/${ids.channel}/${source}` };
}

/** A post of its own run, so that nonces of other tests do not count. */
function post(
  address: string,
  change: Partial<Delivery> = {},
): Promise<{ remoteId: string; address?: string }> {
  return channel.post(delivery({ address, id: `run_${next}/progress#0`, ...change }));
}

function body(text: string): Message {
  return { summary: "x", blocks: [{ type: "text", markdown: text, foreign: false }] };
}

async function refusal(posting: Promise<unknown>): Promise<ChannelError> {
  const error = await posting.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ChannelError) return error;
  throw new Error(`no ChannelError: ${String(error)}`);
}

function fault(method: string, path: RegExp, answer: FakeDiscord["rest"]["faults"][number]["answer"]): void {
  discord.rest.faults.push({ method, path, answer });
}

function created(): string[] {
  return discord.rest.calls.filter((call) => call.method === "POST").map((call) => call.path);
}

describe("a picture", () => {
  test("stands in its message with words for who can't see it; without its bytes it is told of", async () => {
    const started = await bed({ discord });
    const picture = messageNamed("picture");
    const hash = "1f".repeat(32);
    const { address } = asked();
    await started.channel.post(delivery({ address, id: "run_p/none#0", body: picture }));
    expect(JSON.stringify(sent().body)).toContain("chart.png ");
    const file = { runId: "r", hash, name: "chart.png", mediaType: "image/png" };
    started.inlet.attachments.set(hash, { ...file, bytes: Buffer.from("the bytes") });
    await started.channel.post(delivery({ address, id: "run_p/there#0", body: picture }));
    expect(sent()).toMatchObject({ files: ["the bytes"] });
    const media = { url: "attachment://picture.png" };
    const gallery = { type: 12, items: [{ media, description: "CPU of api-7 rose from 10 to 90 %" }] };
    expect(sent().body).toMatchObject({ components: [{ components: [{ type: 10 }, gallery] }] });
    await started.channel.stop();
  });
});

function sent() {
  const call = discord.rest.calls.findLast(({ method, path }) => method === "POST" && sends.test(path));
  if (!call) throw new Error("nothing was sent");
  return call;
}

const sends = /^\/channels\/\d+\/messages$/;
const edits = /^\/channels\/\d+\/messages\/\d+$/;
const threads = /\/threads$/;
const api = (status: number, code: number, more: Record<string, unknown> = {}) => ({
  status,
  body: { code, message: "no", ...more },
});

describe("where a run speaks", () => {
  test("the thread of a mention is made once; its id is the message's", async () => {
    const { source, address } = asked();
    const { remoteId } = await post(address);
    await post(address, { id: `run_${next}/question#0` });
    expect(created().filter((path) => threads.test(path))).toHaveLength(1);
    expect(remoteId).toBe(`${source}/${discord.rest.own(source)[0]?.id}`);
    expect(discord.rest.channels.get(source)?.name).toBe("restart payments");
  });

  test("a thread that is already there is used (160004)", async () => {
    const { source, address } = asked();
    await post(address);
    channel = unstarted(discord);
    await post(address, { id: `run_${next}/question#0` });
    expect(discord.rest.own(source)).toHaveLength(2);
  });

  test("after a command the root message is posted, then its thread, which is the run's address", async () => {
    const before = discord.rest.own(ids.channel).length;
    const posted = await post(`discord:${ids.guild}/${ids.channel}/new:900`);
    const root = discord.rest.own(ids.channel)[before]?.id;
    expect(posted).toEqual({
      remoteId: `${ids.channel}/${root}`,
      address: `discord:${ids.guild}/${ids.channel}/${root}`,
    });
    await post(posted.address ?? "", { id: `run_${next}/question#0` });
    expect(discord.rest.own(root ?? "")).toHaveLength(1);
    await post(posted.address ?? "", { remoteId: posted.remoteId, body: body("changed") });
    expect(JSON.stringify(discord.rest.own(ids.channel)[before])).toContain("changed");
  });

  test("direct messages and threads of other people need no thread of ours", async () => {
    await post(`discord:@me/${ids.direct}`);
    await post(`discord:${ids.guild}/${ids.channel}/${ids.thread}`, { id: `run_${next}/question#0` });
    expect(discord.rest.own(ids.direct)).toHaveLength(1);
    expect(discord.rest.own(ids.thread)).toHaveLength(1);
  });

  test.each([
    ["no permission", 403, 50_013],
    ["a voice or stage channel", 400, 50_024],
    ["too many threads", 400, 160_006],
    ["too many announcement threads", 400, 160_007],
  ])("where no thread can be made (%s) it speaks in the channel, as replies", async (_, status, code) => {
    const { source, address } = asked();
    fault("POST", threads, api(status, code));
    const { remoteId } = await post(address);
    const said = discord.rest.own(ids.channel).at(-1);
    expect(remoteId).toBe(`${ids.channel}/${said?.id}`);
    expect(said?.message_reference).toMatchObject({ message_id: source });
    await post(address, { remoteId, body: body("the outcome") });
    expect(JSON.stringify(discord.rest.own(ids.channel).at(-1))).toContain("the outcome");
  });

  test("after a command where no thread can be made, the root stands once and becomes the outcome", async () => {
    const before = discord.rest.own(ids.channel).length;
    fault("POST", threads, api(403, 50_013));
    const posted = await post(`discord:${ids.guild}/${ids.channel}/new:910`);
    const [, root] = posted.remoteId.split("/");
    expect(posted.address).toBe(`discord:${ids.guild}/${ids.channel}/${root}`);
    await post(posted.address ?? "", { remoteId: posted.remoteId, body: body("the outcome") });
    expect(discord.rest.own(ids.channel)).toHaveLength(before + 1);
    expect(JSON.stringify(discord.rest.own(ids.channel).at(-1))).toContain("the outcome");
    fault("POST", threads, api(403, 50_013));
    const question = await post(posted.address ?? "", { id: `run_${next}/question#0` });
    expect(question.remoteId.startsWith(`${ids.channel}/`)).toBe(true);
    expect(discord.rest.own(ids.channel).at(-1)?.message_reference).toMatchObject({ message_id: root });
  });

  test("a thread that is locked in the middle of a run: the rest is said around it", async () => {
    const { source, address } = asked();
    const { remoteId } = await post(address);
    fault("PATCH", edits, api(403, 160_005));
    expect((await refusal(post(address, { remoteId, body: body("outcome") }))).failure.type).toBe("anew");
    fault("POST", sends, api(403, 160_005));
    const again = await post(address, { id: `run_${next}/progress#0 `, body: body("outcome") });
    const said = discord.rest.own(ids.channel).at(-1);
    expect(again.remoteId).toBe(`${ids.channel}/${said?.id}`);
    expect(said?.message_reference).toMatchObject({ message_id: source });
  });
});

describe("once", () => {
  test("a send whose answer was lost is found again, and edited to the newest body", async () => {
    const { source, address } = asked();
    fault("POST", sends, "drop");
    const error = await refusal(post(address, { body: body("one") }));
    expect(error.failure.type).toBe("uncertain");
    const { remoteId } = await post(address, { uncertain: true, revision: 2, body: body("two") });
    expect(discord.rest.own(source)).toHaveLength(1);
    expect(remoteId).toBe(`${source}/${discord.rest.own(source)[0]?.id}`);
    expect(JSON.stringify(discord.rest.own(source))).toContain("two");
  });

  test("the nonce stops a second send that nobody expected", async () => {
    const { source, address } = asked();
    expect(await post(address)).toEqual(await post(address));
    expect(discord.rest.own(source)).toHaveLength(1);
    const nonces = discord.rest.calls.map((call) => call.body.nonce).filter(Boolean);
    expect(nonces[0]).toMatch(/^[a-z2-7]{25}$/);
  });

  test("a thread whose making was not answered is found at once", async () => {
    const { source, address } = asked();
    fault("POST", threads, "drop");
    await post(address);
    expect(discord.rest.own(source)).toHaveLength(1);
  });

  test("a root message whose answer was lost gets its thread on the next attempt", async () => {
    const address = `discord:${ids.guild}/${ids.channel}/new:901`;
    const before = discord.rest.own(ids.channel).length;
    fault("POST", sends, "drop");
    expect((await refusal(post(address))).failure.type).toBe("uncertain");
    const posted = await post(address, { uncertain: true });
    expect(discord.rest.own(ids.channel)).toHaveLength(before + 1);
    expect(posted.address).toBe(`discord:${ids.guild}/${ids.channel}/${posted.remoteId.split("/")[1]}`);
  });

  test("a root message whose run has moved to its thread already is found from there", async () => {
    const posted = await post(`discord:${ids.guild}/${ids.channel}/new:902`);
    const again = await post(posted.address ?? "", { uncertain: true, body: body("newer") });
    expect(again.remoteId).toBe(posted.remoteId);
    expect(JSON.stringify(discord.rest.own(ids.channel).at(-1))).toContain("newer");
  });

  test("a request that never left surely did not arrive", async () => {
    const { address } = asked();
    const elsewhere = await fakeDiscord();
    channel = unstarted(elsewhere);
    await elsewhere.close();
    expect((await refusal(post(address))).failure.type).toBe("way");
  });

  test("a server error may have been a send", async () => {
    const { address } = asked();
    fault("POST", sends, { status: 502, body: {} });
    expect((await refusal(post(address))).failure.type).toBe("uncertain");
    expect(created().filter((path) => sends.test(path))).toHaveLength(1);
  });
});

describe("refusals", () => {
  test.each([
    ["a channel's limit", {}],
    ["the global limit", { "x-ratelimit-global": "true" }],
  ])("%s says when to come back", async (_, headers) => {
    const { address } = asked();
    const answer = api(429, 0, { retry_after: 0.4, global: "x-ratelimit-global" in headers });
    fault("POST", sends, { ...answer, headers: { "retry-after": "0.4", ...headers } });
    const error = await refusal(post(address));
    expect(error.failure.type).toBe("wait");
    expect(error.retryAfterMs).toBeGreaterThanOrEqual(400);
    expect(error.retryAfterMs).toBeLessThan(1_000);
  });

  test.each([
    [403, 50_013, "permission", false],
    [403, 50_001, "View Channel", false],
    [404, 10_003, "gone", true],
    [403, 160_005, "locked", false],
  ])("%i/%i in the thread and around it is of the place, and says why", async (status, code, words, gone) => {
    const { address } = asked();
    fault("POST", sends, api(status, code));
    fault("POST", sends, api(status, code));
    const error = await refusal(post(address));
    expect(error.failure).toEqual({ type: "place", gone });
    expect(error.message).toContain(words);
  });

  test("an edit of a deleted message is lost, so that it is posted anew", async () => {
    const { source, address } = asked();
    await post(address);
    fault("PATCH", edits, api(404, 10_008));
    expect(await refusal(post(address, { remoteId: `${source}/1` }))).toMatchObject({
      failure: { type: "anew" },
    });
  });

  test("an archived thread is opened for an edit", async () => {
    const { source, address } = asked();
    const { remoteId } = await post(address);
    const thread = discord.rest.channels.get(source) ?? {};
    thread.thread_metadata = { archived: true };
    await post(address, { remoteId, body: body("late news") });
    expect(JSON.stringify(discord.rest.own(source))).toContain("late news");
  });

  test("an address of another channel is refused for ever", async () => {
    expect((await refusal(post("slack:T1/C1/1"))).failure).toEqual({ type: "place", gone: true });
  });
});

describe("long posts", () => {
  const long = body("A sentence that goes on.\n\n".repeat(250));
  const longer = body("A sentence that goes on.\n\n".repeat(3_000));

  test("parts grow and shrink with the text", async () => {
    const { source, address } = asked();
    const one = await post(address, { body: body("short") });
    const two = await post(address, { remoteId: one.remoteId, body: long });
    expect(two.remoteId.split(",")).toHaveLength(2);
    expect(two.remoteId.startsWith(one.remoteId)).toBe(true);
    expect(discord.rest.own(source)).toHaveLength(2);
    const again = await post(address, { remoteId: two.remoteId, body: body("short") });
    const [, end] = discord.rest.own(source);
    expect(JSON.stringify(end?.components)).toMatch(/"content":"–"/);
    // What stands stays: the end is a dash until the text grows again.
    expect(again.remoteId).toBe(two.remoteId);
    await post(address, { remoteId: again.remoteId, body: long });
    expect(discord.rest.own(source)).toHaveLength(2);
    expect(JSON.stringify(discord.rest.own(source)[1]?.components)).toContain("A sentence");
    expect(discord.rest.calls.filter(({ method }) => method === "DELETE")).toEqual([]);
  });

  test("an end that somebody deleted is no reason to post anew", async () => {
    const { address } = asked();
    const { remoteId } = await post(address, { body: long });
    const [first = ""] = remoteId.split(",");
    const gone = `${first.split("/")[0]}/1`;
    await post(address, { remoteId: `${first},${gone}`, body: body("short") });
  });

  test("a part that is refused leaves nothing twice when it is tried again", async () => {
    const { source, address } = asked();
    await post(address, { id: `run_${next}/question#0` });
    const before = discord.rest.own(source).length;
    discord.rest.faults.push({ method: "POST", path: sends, after: 1, answer: api(403, 20_028) });
    expect(await refusal(post(address, { body: long }))).toMatchObject({
      failure: { type: "wait" },
      partly: true,
    });
    expect(discord.rest.own(source)).toHaveLength(before + 1);
    await post(address, { body: long, uncertain: true });
    expect(discord.rest.own(source)).toHaveLength(before + 2);
  });

  test("what would take more than three messages is a file, whole", async () => {
    const { source, address } = asked();
    await post(address, { body: longer });
    const [standing] = discord.rest.own(source);
    expect(standing?.files).toHaveLength(1);
    expect(standing?.files[0]?.match(/A sentence/g)).toHaveLength(3_000);
  });
});

describe("nobody is pinged by accident", () => {
  test("every send and every edit says whom it may notify", async () => {
    const { source, address } = asked();
    const { remoteId } = await post(address, { body: body("@everyone <@1> <@&2>") });
    expect(discord.rest.own(source)[0]?.allowed_mentions).toEqual({
      parse: [],
      users: [],
      roles: [],
      replied_user: false,
    });
    await post(address, { remoteId, body: body("@here") });
    expect(discord.rest.own(source)[0]?.allowed_mentions).toEqual({
      parse: [],
      users: [],
      roles: [],
      replied_user: false,
    });
  });
});
