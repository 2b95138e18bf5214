/** Where a run speaks in Discord: its thread, made once, or around it where there can be none. */
import { describe, expect, test } from "vitest";
import { ids } from "../../support/discord/payloads.ts";
import { api, body, edits, posting, refusal, sends, threads } from "../../support/discord/posting.ts";

const at = posting();
const { asked, created, fault, post } = at;

describe("where a run speaks", () => {
  test("the thread of a mention is made once; its id is the message's", async () => {
    const { source, address } = asked();
    const { remoteId } = await post(address);
    await post(address, { id: `${at.run}/question#0` });
    expect(created().filter((path) => threads.test(path))).toHaveLength(1);
    expect(remoteId).toBe(`${source}/${at.discord.rest.own(source)[0]?.id}`);
    expect(at.discord.rest.channels.get(source)?.name).toBe("restart payments");
  });

  test("a thread that is already there is used (160004)", async () => {
    const { source, address } = asked();
    await post(address);
    at.restart();
    await post(address, { id: `${at.run}/question#0` });
    expect(at.discord.rest.own(source)).toHaveLength(2);
  });

  test("after a command the root message is posted, then its thread, which is the run's address", async () => {
    const before = at.discord.rest.own(ids.channel).length;
    const posted = await post(`discord:${ids.guild}/${ids.channel}/new:900`);
    const root = at.discord.rest.own(ids.channel)[before]?.id;
    expect(posted).toEqual({
      remoteId: `${ids.channel}/${root}`,
      address: `discord:${ids.guild}/${ids.channel}/${root}`,
    });
    await post(posted.address ?? "", { id: `${at.run}/question#0` });
    expect(at.discord.rest.own(root ?? "")).toHaveLength(1);
    await post(posted.address ?? "", { remoteId: posted.remoteId, body: body("changed") });
    expect(JSON.stringify(at.discord.rest.own(ids.channel)[before])).toContain("changed");
  });

  test("direct messages and threads of other people need no thread of ours", async () => {
    await post(`discord:@me/${ids.direct}`);
    await post(`discord:${ids.guild}/${ids.channel}/${ids.thread}`, { id: `${at.run}/question#0` });
    expect(at.discord.rest.own(ids.direct)).toHaveLength(1);
    expect(at.discord.rest.own(ids.thread)).toHaveLength(1);
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
    const said = at.discord.rest.own(ids.channel).at(-1);
    expect(remoteId).toBe(`${ids.channel}/${said?.id}`);
    expect(said?.message_reference).toMatchObject({ message_id: source });
    await post(address, { remoteId, body: body("the outcome") });
    expect(JSON.stringify(at.discord.rest.own(ids.channel).at(-1))).toContain("the outcome");
  });

  test("after a command where no thread can be made, the root stands once and becomes the outcome", async () => {
    const before = at.discord.rest.own(ids.channel).length;
    fault("POST", threads, api(403, 50_013));
    const posted = await post(`discord:${ids.guild}/${ids.channel}/new:910`);
    const [, root] = posted.remoteId.split("/");
    expect(posted.address).toBe(`discord:${ids.guild}/${ids.channel}/${root}`);
    await post(posted.address ?? "", { remoteId: posted.remoteId, body: body("the outcome") });
    expect(at.discord.rest.own(ids.channel)).toHaveLength(before + 1);
    expect(JSON.stringify(at.discord.rest.own(ids.channel).at(-1))).toContain("the outcome");
    fault("POST", threads, api(403, 50_013));
    const question = await post(posted.address ?? "", { id: `${at.run}/question#0` });
    expect(question.remoteId.startsWith(`${ids.channel}/`)).toBe(true);
    expect(at.discord.rest.own(ids.channel).at(-1)?.message_reference).toMatchObject({ message_id: root });
  });

  test("a thread that is locked in the middle of a run: the rest is said around it", async () => {
    const { source, address } = asked();
    const { remoteId } = await post(address);
    fault("PATCH", edits, api(403, 160_005));
    expect((await refusal(post(address, { remoteId, body: body("outcome") }))).failure.type).toBe("anew");
    fault("POST", sends, api(403, 160_005));
    const again = await post(address, { id: `${at.run}/progress#0 `, body: body("outcome") });
    const said = at.discord.rest.own(ids.channel).at(-1);
    expect(again.remoteId).toBe(`${ids.channel}/${said?.id}`);
    expect(said?.message_reference).toMatchObject({ message_id: source });
  });
});
