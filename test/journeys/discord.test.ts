/** The story in Discord: asked there, worked in a thread, a question answered there, the result there. */
import { afterEach, expect, test } from "vitest";
import { type Bot, type BotOptions, startBot } from "../support/bot.ts";
import { mention, unstarted, until } from "../support/discord/bed.ts";
import { type FakeDiscord, fakeDiscord } from "../support/discord/fake.ts";
import { ids, message, press, slash } from "../support/discord/payloads.ts";
import { ask, call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";
import { deployment } from "../support/undoable.ts";

let discord: FakeDiscord;
let bot: Bot;

/** The channel as it is, only quicker: the fake has no rate limits. */
async function started(
  options: Pick<BotOptions, "tools">,
  ...script: Parameters<typeof scripted>
): Promise<void> {
  discord = await fakeDiscord();
  const real = unstarted(discord);
  const channel = { ...real, can: { ...real.can, minIntervalMs: 20 } };
  bot = await startBot({ model: scripted(...script), channels: [channel], ...options });
}

afterEach(async () => {
  await bot.stop();
  await discord.close();
});

function says(content: string, where: string = ids.channel, more: Record<string, unknown> = {}): string {
  const id = discord.rest.id();
  discord.say(message({ id, content, channel: where, more }));
  return id;
}

/** What stands in a channel or thread, each message as the text it holds. */
function shown(where: string): string[] {
  return discord.rest.own(where).map((standing) => JSON.stringify(standing.components));
}

test("a mention is worked on in its thread; a reply there answers the question", async () => {
  await started({}, calling(ask("Which version should I deploy?")), finalAnswer("v1.2.3 is deployed."));
  const thread = says(`${mention} deploy the newest version`);
  await until(() => expect(shown(thread).join()).toContain("Which version should I deploy?"));
  expect(shown(thread)[0]).toContain("deploy the newest version");
  expect(shown(thread)[0]).toContain("waiting for an answer");

  says("v1.2.3", thread);
  await until(() => expect(shown(thread)[0]).toContain("v1.2.3 is deployed."));
  await until(() => expect(shown(thread)[1]).toContain("Answered"));
  expect(shown(thread)).toHaveLength(2);
  expect(shown(thread)[1]).not.toContain("custom_id");
  expect(shown(ids.channel)).toEqual([]);
  const question = discord.rest.own(thread)[1];
  expect(question?.allowed_mentions?.parse).toEqual([]);
});

test("where no thread can be made, a reply to the question answers it, and no new run begins", async () => {
  await started({}, calling(ask("Which version?")), finalAnswer("v1.2.3 is deployed."));
  const path = /^\/channels\/\d+\/messages\/\d+\/threads$/;
  const answer = {
    status: 400,
    body: { code: 50_024, message: "Cannot execute action on this channel type" },
  };
  discord.rest.faults.push(...Array.from({ length: 10 }, () => ({ method: "POST", path, answer })));
  says(`${mention} deploy`);
  await until(() => expect(shown(ids.channel).join()).toContain("Which version?"));
  const question = discord.rest
    .own(ids.channel)
    .find((each) => JSON.stringify(each).includes("Which version?"));
  says("v1.2.3", ids.channel, { type: 19, referenced_message: question });
  await until(() => expect(shown(ids.channel).join()).toContain("v1.2.3 is deployed."));
  expect(await bot.store.runs({ limit: 10 })).toHaveLength(1);
});

test("/agent posts the root message, speaks in its thread, and a button answers", async () => {
  await started({}, calling(ask("Which one?", ["payments", "billing"])), finalAnswer("billing it is."));
  discord.gateway.dispatch("INTERACTION_CREATE", slash("5001", "run", { task: "restart one of them" }));
  await until(() => expect(shown(ids.channel)[0]).toContain("waiting for an answer"));
  const root = discord.rest.own(ids.channel)[0]?.id ?? "";
  await until(() => expect(shown(root).join()).toContain("Which one?"));
  expect(discord.rest.replies[0]).toMatchObject({ token: "token-5001", kind: "edit" });

  const id = /choose\|[^"]*\|billing/.exec(shown(root).join())?.[0] ?? "";
  const channel = { id: root, type: 11, parent_id: ids.channel };
  discord.gateway.dispatch("INTERACTION_CREATE", press("5002", id, undefined, { channel }));
  await until(() => expect(shown(ids.channel)[0]).toContain("billing it is."));
  expect(shown(ids.channel)).toHaveLength(1);

  says("and now payments", root);
  await until(() => expect(shown(root).join()).toContain("and now payments"));
});

test("a form's task is a task whatever its words, its agent one that exists; help speaks of the form", async () => {
  await started({}, finalAnswer("Nothing to stop."));
  const dispatch = (payload: object) => discord.gateway.dispatch("INTERACTION_CREATE", payload);
  const told = () => discord.rest.replies.map(({ body }) => String(body.content));
  dispatch(slash("5101", "run", { task: "restart payments", agent: "nosuch" }));
  await until(() => expect(told()).toHaveLength(1));
  expect(told()[0]).toBe('There is no agent "nosuch". You may start: default.');
  dispatch(slash("5102", "help"));
  await until(() => expect(told()).toHaveLength(2));
  expect(told()[1]).toContain("/agent run task:");
  dispatch(slash("5103", "run", { task: "stop" }));
  await until(() => expect(shown(ids.channel)[0]).toContain("Nothing to stop."));
});

test("talk among people in a thread of theirs starts nothing, and a mention in it is answered", async () => {
  await started({}, finalAnswer("It was the deploy."));
  const thread = {
    id: ids.thread,
    type: 11,
    parent_id: ids.channel,
    guild_id: ids.guild,
    owner_id: ids.dana,
  };
  discord.gateway.dispatch("THREAD_CREATE", { ...thread, name: "payments is down" });
  says(`${mention} why?`, ids.thread);
  await until(() => expect(shown(ids.thread).join()).toContain("It was the deploy."));
  says("ok, rolling back", ids.thread);
  says("thanks", ids.thread);
  says(`\`${mention} why?\``);
  says(`${mention} thanks`, ids.thread);
  await until(() => expect(discord.rest.reactions).toHaveLength(1));
  expect(await bot.store.runs({ limit: 10 })).toHaveLength(1);
});

test("Undo on a settled approval asks anew in the thread, and the card says what came of it", async () => {
  const { done, tool } = deployment();
  await started({ tools: [tool] }, calling(call("deploy", { version: "v1" })), finalAnswer("done"));
  const thread = says(`${mention} deploy v1`);
  const pressed = async (id: string, action: string, card: number) => {
    await until(() => expect(shown(thread)[card]).toContain(`${action}|`));
    const customId = new RegExp(`${action}\\|[^"]*`).exec(shown(thread)[card] ?? "")?.[0] ?? "";
    discord.gateway.dispatch("INTERACTION_CREATE", press(id, customId));
  };
  await pressed("5201", "approve", 1);
  await pressed("5202", "undo", 1);
  await until(() => expect(shown(thread)[1]).toContain("asked by"));
  await pressed("5203", "approve", 3);
  await until(() => expect(shown(thread)[1]).toContain("Undone"));
  expect(done).toEqual(["v1", "v0"]);
});

test("a stranger's press is refused in private and changes nothing", async () => {
  await started({}, calling(ask("Which one?", ["payments", "billing"])), finalAnswer("done"));
  const thread = says(`${mention} restart one of them`);
  await until(() => expect(shown(thread).join()).toContain("Which one?"));
  discord.gateway.dispatch("INTERACTION_CREATE", press("5003", "choose|q_unknown|billing"));
  await until(() => expect(discord.rest.replies[0]?.body.content).toContain("not known"));
  expect(Number(discord.rest.replies[0]?.body.flags) & 64).toBe(64);
});
