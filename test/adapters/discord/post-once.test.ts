/** A post stands once, whatever REST answers: lost answers are found again, refusals are told as what they are. */
import { describe, expect, test } from "vitest";
import { fakeDiscord } from "../../support/discord/fake.ts";
import { ids } from "../../support/discord/payloads.ts";
import { api, body, edits, posting, refusal, sends, threads } from "../../support/discord/posting.ts";

const at = posting();
const { asked, created, fault, post } = at;

describe("once", () => {
  test("a send whose answer was lost is found again, and edited to the newest body", async () => {
    const { source, address } = asked();
    fault("POST", sends, "drop");
    const error = await refusal(post(address, { body: body("one") }));
    expect(error.failure.type).toBe("uncertain");
    const { remoteId } = await post(address, { uncertain: true, revision: 2, body: body("two") });
    expect(at.discord.rest.own(source)).toHaveLength(1);
    expect(remoteId).toBe(`${source}/${at.discord.rest.own(source)[0]?.id}`);
    expect(JSON.stringify(at.discord.rest.own(source))).toContain("two");
  });

  test("the nonce stops a second send that nobody expected", async () => {
    const { source, address } = asked();
    expect(await post(address)).toEqual(await post(address));
    expect(at.discord.rest.own(source)).toHaveLength(1);
    const nonces = at.discord.rest.calls.map((call) => call.body.nonce).filter(Boolean);
    expect(nonces[0]).toMatch(/^[a-z2-7]{25}$/);
  });

  test("a thread whose making was not answered is found at once", async () => {
    const { source, address } = asked();
    fault("POST", threads, "drop");
    await post(address);
    expect(at.discord.rest.own(source)).toHaveLength(1);
  });

  test("a root message whose answer was lost gets its thread on the next attempt", async () => {
    const address = `discord:${ids.guild}/${ids.channel}/new:901`;
    const before = at.discord.rest.own(ids.channel).length;
    fault("POST", sends, "drop");
    expect((await refusal(post(address))).failure.type).toBe("uncertain");
    const posted = await post(address, { uncertain: true });
    expect(at.discord.rest.own(ids.channel)).toHaveLength(before + 1);
    expect(posted.address).toBe(`discord:${ids.guild}/${ids.channel}/${posted.remoteId.split("/")[1]}`);
  });

  test("a root message whose run has moved to its thread already is found from there", async () => {
    const posted = await post(`discord:${ids.guild}/${ids.channel}/new:902`);
    const again = await post(posted.address ?? "", { uncertain: true, body: body("newer") });
    expect(again.remoteId).toBe(posted.remoteId);
    expect(JSON.stringify(at.discord.rest.own(ids.channel).at(-1))).toContain("newer");
  });

  test("a request that never left surely did not arrive", async () => {
    const { address } = asked();
    const elsewhere = await fakeDiscord();
    at.restart(elsewhere);
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
    const thread = at.discord.rest.channels.get(source) ?? {};
    thread.thread_metadata = { archived: true };
    await post(address, { remoteId, body: body("late news") });
    expect(JSON.stringify(at.discord.rest.own(source))).toContain("late news");
  });

  test("an address of another channel is refused for ever", async () => {
    expect((await refusal(post("slack:T1/C1/1"))).failure).toEqual({ type: "place", gone: true });
  });
});
