/** What a post is made of: a picture, parts of a long text, and nobody pinged by accident. */
import { createRequire } from "node:module";
import { describe, expect, onTestFinished, test } from "vitest";
import { messageNamed } from "../../fixtures/messages.ts";
import { bed, delivery } from "../../support/discord/bed.ts";
import { api, body, posting, refusal, sends } from "../../support/discord/posting.ts";

const at = posting();
const { asked, post } = at;

describe("a picture", () => {
  test("stands in its message with words for who can't see it; without its bytes it is told of", async () => {
    const started = await bed({ discord: at.discord });
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

test("a file arrives although the whole process sends through the HTTP client that Slack's library brought", async () => {
  const { Agent, getGlobalDispatcher, setGlobalDispatcher } = createRequire(
    import.meta.resolve("@slack/socket-mode"),
  )("undici");
  const before = getGlobalDispatcher();
  const agent = new Agent();
  setGlobalDispatcher(agent);
  onTestFinished(async () => {
    setGlobalDispatcher(before);
    await agent.close();
  });
  await post(asked().address, { body: body("A sentence that goes on.\n\n".repeat(3_000)) });
  expect(sent().files).toHaveLength(1);
});

function sent() {
  const call = at.discord.rest.calls.findLast(({ method, path }) => method === "POST" && sends.test(path));
  if (!call) throw new Error("nothing was sent");
  return call;
}

describe("long posts", () => {
  const long = body("A sentence that goes on.\n\n".repeat(250));
  const longer = body("A sentence that goes on.\n\n".repeat(3_000));

  test("parts grow and shrink with the text", async () => {
    const { source, address } = asked();
    const one = await post(address, { body: body("short") });
    const two = await post(address, { remoteId: one.remoteId, body: long });
    expect(two.remoteId.split(",")).toHaveLength(2);
    expect(two.remoteId.startsWith(one.remoteId)).toBe(true);
    expect(at.discord.rest.own(source)).toHaveLength(2);
    const again = await post(address, { remoteId: two.remoteId, body: body("short") });
    const [, end] = at.discord.rest.own(source);
    expect(JSON.stringify(end?.components)).toMatch(/"content":"–"/);
    // What stands stays: the end is a dash until the text grows again.
    expect(again.remoteId).toBe(two.remoteId);
    await post(address, { remoteId: again.remoteId, body: long });
    expect(at.discord.rest.own(source)).toHaveLength(2);
    expect(JSON.stringify(at.discord.rest.own(source)[1]?.components)).toContain("A sentence");
    expect(at.discord.rest.calls.filter(({ method }) => method === "DELETE")).toEqual([]);
  });

  test("a part that somebody deleted comes back alone", async () => {
    const { source, address } = asked();
    const { remoteId } = await post(address, { body: long });
    const [first = "", second = ""] = remoteId.split(",");
    const { messages } = at.discord.rest;
    const left = at.discord.rest.own(source).filter(({ id }) => !second.endsWith(id));
    messages.set(source, left);
    const again = await post(address, { remoteId, body: long, revision: 2 });
    expect(at.discord.rest.own(source).map(({ id }) => `${source}/${id}`)).toEqual(again.remoteId.split(","));
    expect(again.remoteId.split(",")).toEqual([first, expect.not.stringMatching(second)]);
    // Its answer was lost: the message that came back is found.
    expect(await post(address, { remoteId, body: long, revision: 2 })).toEqual(again);
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
    await post(address, { id: `${at.run}/question#0` });
    const before = at.discord.rest.own(source).length;
    at.discord.rest.faults.push({ method: "POST", path: sends, after: 1, answer: api(403, 20_028) });
    expect(await refusal(post(address, { body: long }))).toMatchObject({
      failure: { type: "wait" },
      partly: true,
    });
    expect(at.discord.rest.own(source)).toHaveLength(before + 1);
    await post(address, { body: long, uncertain: true });
    expect(at.discord.rest.own(source)).toHaveLength(before + 2);
  });

  test("what would take more than three messages is a file, whole", async () => {
    const { source, address } = asked();
    await post(address, { body: longer });
    const [standing] = at.discord.rest.own(source);
    expect(standing?.files).toHaveLength(1);
    expect(standing?.files[0]?.match(/A sentence/g)).toHaveLength(3_000);
  });
});

describe("nobody is pinged by accident", () => {
  test("every send and every edit says whom it may notify", async () => {
    const { source, address } = asked();
    const { remoteId } = await post(address, { body: body("@everyone <@1> <@&2>") });
    expect(at.discord.rest.own(source)[0]?.allowed_mentions).toEqual({
      parse: [],
      users: [],
      roles: [],
      replied_user: false,
    });
    await post(address, { remoteId, body: body("@here") });
    expect(at.discord.rest.own(source)[0]?.allowed_mentions).toEqual({
      parse: [],
      users: [],
      roles: [],
      replied_user: false,
    });
  });
});
