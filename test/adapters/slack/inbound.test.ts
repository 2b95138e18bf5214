/**
 * What reaches the engine, through both transports, with the real Bolt and Web API client against the emulated Slack.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Refusal } from "../../../src/core/command.ts";
import { recordingInlet, runRow } from "../../support/recording-inlet.ts";
import { approvalRow } from "../../support/slack/approval-row.ts";
import type { Fault } from "../../support/slack/edge.ts";
import type { SlackMessage } from "../../support/slack/world.ts";
import { SlackWorld, type Transport } from "../../support/slack/world.ts";

const transports: Transport[] = ["socket", "http"];

describe.each(transports)("over %s", (transport) => {
  let world: SlackWorld;
  let inlet: ReturnType<typeof recordingInlet>;

  beforeEach(async () => {
    world = await SlackWorld.start(transport);
    inlet = recordingInlet();
    await world.channel.start(inlet);
  });
  afterEach(() => world.stop());

  const card: () => SlackMessage = () => ({
    ts: "1764000002.000200",
    thread_ts: "1764000000.000100",
    user: "U0BOT",
    text: "Approval wanted",
    blocks: [
      {
        type: "actions",
        elements: ["approve", "refuse", "edit", "stop", "choose", "reply"].map((action) => ({
          type: "button",
          action_id: `belay:${action}:0.0`,
          value: JSON.stringify({ r: "run_7f3a", q: "q1", v: "yes" }),
        })),
      },
    ],
  });

  test("a mention, which arrives as two events, is remembered once, with the person's name", async () => {
    const ts = await world.say("<@U0BOT> restart payments");
    expect(inlet.accepted).toHaveLength(1);
    expect(inlet.accepted[0]).toMatchObject({
      key: `msg:${world.team}/${world.id("ops")}/${ts}`,
      address: world.address(ts),
      actor: { principal: `slack:${world.team}/${world.id("dana")}`, name: "dana", guest: false },
      intent: { type: "message", text: "restart payments", addressed: true },
    });
  });

  test("what can't be remembered is not acknowledged, and its retry is", async () => {
    inlet.failNext = 1;
    const [event = {}] = world.eventsOf("<@U0BOT> hello", "1764000000.000100");
    if (transport === "http") await expect(world.deliver(event)).rejects.toThrow("503");
    else {
      let isAcked = false;
      void world.edge.sockets.push("events_api", event).then(() => {
        isAcked = true;
      });
      // A later envelope's acknowledgement shows that the first one's would have come.
      await world.edge.sockets.push("events_api", world.eventOf({ type: "reaction_added" }));
      expect(isAcked).toBe(false);
    }
    expect(inlet.accepted).toHaveLength(0);
    await world.deliver({ ...event, event_id: "EvRetry" });
    expect(inlet.accepted).toHaveLength(1);
  });

  test("the same delivery again, hours later and under another event id, is acknowledged and changes nothing", async () => {
    const ts = await world.say("<@U0BOT> hello");
    for (const event of world.eventsOf("<@U0BOT> hello", ts)) await world.deliver(event);
    expect(inlet.accepted).toHaveLength(1);
  });

  test("a plain reply is remembered only where a run is", async () => {
    await world.say("nobody asked", { root: "1764000000.000100" });
    expect(inlet.accepted).toHaveLength(0);
    inlet.runs.set(world.address("1764000000.000100"), "run_7f3a");
    await world.say("v1.2.3", { root: "1764000000.000100" });
    expect(inlet.accepted.map(({ intent }) => intent)).toEqual([
      { type: "message", text: "v1.2.3", addressed: false, agent: null, thread: "ours" },
    ]);
  });

  test("a reply right after the mention is remembered though the run does not exist yet", async () => {
    const root = await world.say("<@U0BOT> deploy");
    await world.say("only to staging", { root });
    expect(inlet.accepted.map(({ intent }) => "text" in intent && intent.text)).toEqual([
      "deploy",
      "only to staging",
    ]);
  });

  test("a thread that a mention began is the bot's, one in which it was mentioned later is people's", async () => {
    const root = await world.say("<@U0BOT> deploy");
    await world.say("only to staging", { root });
    const theirs = await world.write("payments answers 500");
    await world.say("<@U0BOT> look", { root: theirs });
    await world.say("it was the deploy", { root: theirs });
    expect(inlet.accepted.map(({ intent }) => intent.type === "message" && intent.thread)).toEqual([
      "ours",
      "ours",
      "theirs",
      "theirs",
    ]);
  });

  test("words that were passed over are heard when an edit mentions the bot, words that were heard are not again", async () => {
    const root = await world.write("payments answers 500");
    inlet.runs.set(world.address(root), "run_7f3a");
    const ts = await world.say("restart it", { root });
    const former = { user: world.id("dana"), text: "restart it", ts, thread_ts: root, team: world.team };
    const message = { ...former, text: "<@U0BOT> restart it", edited: { user: former.user, ts: `${ts}1` } };
    const edit = {
      type: "message",
      subtype: "message_changed",
      channel: world.id("ops"),
      previous_message: former,
    };
    const { inboxRow } = inlet.store;
    await world.deliver(world.eventOf({ ...edit, message }));
    expect(inlet.accepted).toHaveLength(1);
    inlet.store.inboxRow = async (key) => {
      const row = await inboxRow(key);
      return row && { ...row, state: "done", outcome: "ignored" };
    };
    await world.deliver(world.eventOf({ ...edit, message }));
    await world.deliver(world.eventOf({ ...edit, message }));
    expect(inlet.accepted.map(({ intent }) => intent)).toMatchObject([
      { text: "restart it", addressed: false, thread: "theirs" },
      { text: "restart it", addressed: true },
    ]);
  });

  test("also when the bot was restarted in between", async () => {
    const root = await world.say("<@U0BOT> deploy");
    await world.channel.stop();
    world.channel = world.makeChannel();
    await world.channel.start(inlet);
    await world.say("only to staging", { root });
    expect(inlet.accepted).toHaveLength(2);
  });

  test("a mention in somebody's thread brings the thread's text as data", async () => {
    const root = await world.say("payments answers 500");
    await world.say("since the deploy", { root });
    await world.say("<@U0BOT> why?", { root });
    expect(inlet.accepted[0]?.context).toEqual([
      {
        source: "the Slack thread",
        text: expect.stringMatching(/payments answers 500\n.*since the deploy$/s),
        trusted: false,
      },
    ]);
  });

  test("a mention at the root of a channel brings nothing of what was said there before", async () => {
    await world.say("ERROR payments: connection refused (db7.internal)");
    await world.say("<@U0BOT> why is this failing?");
    expect(inlet.accepted).toMatchObject([{ intent: { text: "why is this failing?" }, context: [] }]);
    expect(world.edge.callsOf("conversations.history")).toEqual([]);
  });

  test("of a long thread it brings the beginning and the newest, and says what is left out", async () => {
    const root = await world.write("payments answers 500");
    for (let n = 1; n <= 119; n += 1) await world.write(`word ${n}`, { root });
    await world.say("<@U0BOT> why?", { root });
    const lines = inlet.accepted[0]?.context[0]?.text.split("\n") ?? [];
    expect([lines.length, ...lines.slice(0, 3), lines.at(-1)]).toEqual([
      51,
      "@dana: payments answers 500",
      "[70 older messages left out here.]",
      "@dana: word 71",
      "@dana: word 119",
    ]);
  });

  test("a thread of several pages is read to its end", async () => {
    const root = await world.write("payments answers 500");
    for (let n = 1; n <= 205; n += 1) await world.write(`word ${n}`, { root });
    await world.say("<@U0BOT> why?", { root });
    expect(inlet.accepted[0]?.context[0]?.text).toMatch(/left out here\.\]\n.*word 205$/s);
  });

  test("the alert of another bot is read, also when it has no text", async () => {
    const attachments = [{ title: "HighErrorRate", fields: [{ title: "service", value: "payments" }] }];
    const root = await world.write("", { shows: { attachments } });
    await world.say("<@U0BOT> why?", { root });
    expect(inlet.accepted[0]?.context[0]?.text).toBe("@dana: HighErrorRate\nservice: payments");
  });

  test("a forwarded message is data, whatever the words are; without words it is the matter", async () => {
    const attachments = [{ is_share: true, author_name: "oncall", text: "db1: disk full" }];
    await world.say("<@U0BOT> deal with this", { shows: { attachments } });
    await world.say("<@U0BOT>", { shows: { attachments } });
    const context = [
      { source: "a quoted message", text: "[a message by oncall]\ndb1: disk full", trusted: false },
    ];
    expect(inlet.accepted).toMatchObject([
      { intent: { text: "deal with this" }, context },
      { intent: { text: "Look at what is quoted here, and help with it." }, context },
    ]);
  });

  test("people are named, and nobody whom Slack does not name in time holds up the words", async () => {
    await world.say(`<@U0BOT> ask <@${world.id("oncall")}>`);
    world.edge.fail("users.info", { type: "500" });
    await world.say(`<@U0BOT> ask <@${world.id("guest")}>`);
    expect(inlet.accepted.map(({ intent }) => "text" in intent && intent.text)).toEqual([
      "ask @oncall",
      `ask <@${world.id("guest")}>`,
    ]);
  });

  const unreadable: [string, Fault, string][] = [
    ["slow", { type: "slow" }, "Slack did not answer in time"],
    ["in trouble", { type: "500" }, "Slack did not give it"],
    ["over its rate", { type: "429", seconds: 9 }, "Slack did not give it"],
    ["without the right", { type: "error", code: "missing_scope" }, "Slack says missing_scope"],
  ];
  test.each(unreadable)(
    "a history that is %s is said to the model and to the person",
    async (_, fault, why) => {
      const root = await world.write("payments answers 500");
      world.edge.fail("conversations.replies", fault);
      await world.say("<@U0BOT> why?", { root });
      const text = `I could not read the thread (${why}): nothing of what was said in it before is known here.`;
      expect(inlet.accepted[0]).toMatchObject({
        context: [{ source: "the Slack thread", text, trusted: true }],
      });
      await world.edge.until(() => world.edge.callsOf("chat.postEphemeral").length > 0);
      world.edge.answerSlow();
      const told = world.edge.callsOf("chat.postEphemeral").map(({ body }) => body.text);
      expect(told).toEqual([expect.stringContaining(`I could not read the thread (${why})`)]);
    },
  );

  test("what could be read of a thread is told when its next page fails", async () => {
    const root = await world.write("payments answers 500");
    for (let n = 1; n <= 200; n += 1) await world.write(`word ${n}`, { root });
    const broken: Fault[] = [{ type: "none" }, { type: "error", code: "fatal_error" }];
    world.edge.fail("conversations.replies", ...broken);
    await world.say("<@U0BOT> why?", { root });
    expect(inlet.accepted[0]?.context).toEqual([
      {
        source: "the Slack thread",
        text: expect.stringMatching(
          /^@dana: payments.*word 199\n\[The newest messages are missing here: Slack says fatal_error\.\]$/s,
        ),
        trusted: false,
      },
    ]);
  });

  test("a thread of people whose run has ended is read anew, one with a run at work is not", async () => {
    const root = await world.write("payments answers 500");
    inlet.runs.set(world.address(root), "run_7f3a");
    inlet.rows.set("run_7f3a", runRow({ status: "complete" }));
    await world.say("<@U0BOT> why?", { root });
    inlet.rows.set("run_7f3a", runRow({ status: "running" }));
    await world.say("<@U0BOT> and now?", { root });
    expect(inlet.accepted.map(({ context }) => context.length)).toEqual([1, 0]);
  });

  test("a slash command is remembered with a place that its first post will make", async () => {
    expect(await world.slash("restart payments")).toBeNull();
    expect(inlet.accepted[0]).toMatchObject({
      address: expect.stringMatching(/^slack:T000000001\/C\w+\/new:/),
      intent: { type: "instruction", text: "restart payments" },
      replyTo: { via: "slash", response_url: `${world.edge.url}/respond/1` },
    });
  });

  test("Ask the agent on a message is about that message and its thread, and takes orders from neither", async () => {
    const root = await world.say("payments answers 500");
    const ts = await world.write("since the deploy", { root });
    await world.deliver({
      type: "message_action",
      callback_id: "agent_from_message",
      team: { id: world.team, domain: "example" },
      user: { id: world.id("oncall"), name: "oncall", team_id: world.team },
      channel: { id: world.id("ops"), name: "ops" },
      trigger_id: await world.trigger("oncall"),
      message_ts: ts,
      message: { type: "message", ts, thread_ts: root, user: world.id("dana"), text: "since the deploy" },
    });
    expect(inlet.accepted[0]).toMatchObject({
      address: world.address(root),
      actor: { principal: `slack:${world.team}/${world.id("oncall")}` },
      intent: { type: "message", text: "Help with the message that is quoted here.", addressed: true },
      context: [
        { source: "the message", text: "since the deploy", trusted: false },
        { text: expect.stringContaining("payments answers 500"), trusted: false },
      ],
    });
  });

  test("Ask the agent on an alert without a text is about all that the alert shows", async () => {
    const attachments = [{ title: "HighErrorRate", fields: [{ title: "service", value: "payments" }] }];
    const ts = await world.write("", { shows: { attachments } });
    await world.deliver({
      type: "message_action",
      callback_id: "agent_from_message",
      team: { id: world.team, domain: "example" },
      user: { id: world.id("oncall"), name: "oncall", team_id: world.team },
      channel: { id: world.id("ops"), name: "ops" },
      trigger_id: await world.trigger("oncall"),
      message_ts: ts,
      message: { type: "message", subtype: "bot_message", ts, bot_id: "B9", text: "", attachments },
    });
    expect(inlet.accepted[0]?.context[0]).toEqual({
      source: "the message",
      text: "HighErrorRate\nservice: payments",
      trusted: false,
    });
  });

  test("a guest is marked, a member of a group carries it", async () => {
    world.edge.groups = [{ id: "S9", handle: "oncall", users: [world.id("dana"), world.id("guest")] }];
    world.edge.flags.set(world.id("guest"), { is_restricted: true });
    await world.say("<@U0BOT> one");
    await world.say("<@U0BOT> two", { user: "guest" });
    expect(inlet.accepted.map(({ actor }) => [actor.guest, actor.groups])).toEqual([
      [false, [`slack:${world.team}/group:S9`]],
      [true, []],
    ]);
  });

  test("who Slack does not show, or may not show to this bot, is a guest without groups", async () => {
    for (const code of ["missing_scope", "user_not_found", "user_not_visible"]) {
      world.edge.fail("users.info", { type: "error", code });
      await world.say("<@U0BOT> one");
      expect(inlet.accepted.at(-1)).toMatchObject({ actor: { guest: true, groups: [] } });
      expect(inlet.accepted.at(-1)?.unsure).toBeUndefined();
    }
  });

  describe("who can't be looked up now", () => {
    const faults: [string, string, Fault][] = [
      ["users.info is slow", "users.info", { type: "slow" }],
      ["users.info is over its rate", "users.info", { type: "429", seconds: 9 }],
      ["users.info is in trouble", "users.info", { type: "500" }],
      ["usergroups.list is slow", "usergroups.list", { type: "slow" }],
      ["usergroups.list is in trouble", "usergroups.list", { type: "500" }],
    ];
    test.each(faults)("%s: the words are kept, and the channel is asked again", async (_, method, fault) => {
      world.edge.groups = [{ id: "S9", handle: "oncall", users: [world.id("dana")] }];
      world.edge.fail(method, fault);
      await world.say("<@U0BOT> one");
      const [heard] = inlet.accepted;
      if (heard?.unsure !== true) throw new Error("who it was is taken for known");
      world.edge.answerSlow();
      expect(await world.channel.identify(heard.actor)).toMatchObject({
        guest: false,
        groups: [`slack:${world.team}/group:S9`],
      });
    });

    test.each(faults)(
      "%s: a press has no effect, and its sender is asked to press again",
      async (_, method, fault) => {
        world.edge.fail(method, fault);
        await world.press("approve", card(), "oncall");
        expect(inlet.accepted).toEqual([]);
        const [told] = world.edge.callsOf("chat.postEphemeral");
        expect(told?.body).toMatchObject({
          user: world.id("oncall"),
          text: expect.stringContaining("Press again"),
        });
        world.edge.answerSlow();
        await world.press("approve", card(), "oncall");
        expect(inlet.accepted).toHaveLength(1);
      },
    );
  });

  test("buttons become presses, choices and approvals", async () => {
    for (const action of ["stop", "choose", "approve"]) await world.press(action, card(), "oncall");
    expect(inlet.accepted.map(({ intent }) => intent)).toEqual([
      { type: "press", action: "stop", runId: "run_7f3a" },
      { type: "choose", questionId: "q1", value: "yes" },
      { type: "approve", questionId: "q1", input: null },
    ]);
    expect(inlet.accepted[0]?.actor.principal).toBe(`slack:${world.team}/${world.id("oncall")}`);
  });

  test("Refuse asks for the reason first", async () => {
    inlet.questions.set("q1", approvalRow("q1", { service: "payments" }));
    await world.press("refuse", card());
    expect(inlet.accepted).toHaveLength(0);
    expect(await world.submit(world.modal(), { words: { text: { value: "not now" } } })).toBeNull();
    expect(inlet.accepted[0]).toMatchObject({
      key: "view:V1",
      address: world.address("1764000000.000100"),
      intent: { type: "refuse", questionId: "q1", reason: "not now" },
      replyTo: { channel: world.id("ops"), root: "1764000000.000100" },
    });
  });

  test("Edit shows the arguments; what is submitted is what will run", async () => {
    inlet.questions.set("q1", approvalRow("q1", { service: "payments", replicas: 2, drain: true }));
    await world.press("edit", card());
    const blocks = (world.modal().blocks as { block_id?: string }[]).map((block) => block.block_id);
    expect(blocks).toEqual([undefined, "arg:service", "arg:replicas", "arg:drain"]);
    const values = (replicas: string) => ({
      "arg:service": { string: { value: "billing" } },
      "arg:replicas": { number: { value: replicas } },
      "arg:drain": { boolean: { selected_option: { value: "false" } } },
    });
    expect(await world.submit(world.modal(), values("many"))).toEqual({
      response_action: "errors",
      errors: { "arg:replicas": "This must be a number." },
    });
    expect(inlet.accepted).toHaveLength(0);
    await world.submit(world.modal(), values("3"));
    expect(inlet.accepted[0]?.intent).toEqual({
      type: "approve",
      questionId: "q1",
      input: { service: "billing", replicas: 3, drain: false },
    });
  });

  describe("arguments that the tool does not take", () => {
    const values = {
      "arg:service": { string: { value: "billing" } },
      "arg:replicas": { number: { value: "300" } },
    };
    const wrong: Refusal = { code: "answer_invalid", message: "replicas: at most 10", argument: "replicas" };

    beforeEach(async () => {
      inlet.questions.set("q1", approvalRow("q1", { service: "payments", replicas: 2 }));
      await world.press("edit", card());
    });

    test("keep the window open, with the reason at the field; nothing is remembered", async () => {
      inlet.wrongEdit = async () => wrong;
      expect(await world.submit(world.modal(), values)).toEqual({
        response_action: "errors",
        errors: { "arg:replicas": "replicas: at most 10" },
      });
      expect(inlet.accepted).toEqual([]);
      inlet.wrongEdit = async () => null;
      expect(await world.submit(world.modal(), values)).toBeNull();
      expect(inlet.accepted).toHaveLength(1);
    });

    test("what is not about one field stands at the first", async () => {
      inlet.wrongEdit = async () => ({ code: "answer_invalid", message: "Nothing is different." });
      expect(await world.submit(world.modal(), values)).toMatchObject({
        errors: { "arg:service": "Nothing is different." },
      });
    });

    test("who may not, what is settled, and what could not be checked in time, is heard and refused as ever", async () => {
      const answers: (() => Promise<Refusal | null>)[] = [
        async () => ({ code: "not_an_approver", message: "no" }),
        async () => Promise.reject(new Error("the store is away")),
        () => new Promise(() => {}),
      ];
      for (const [index, answer] of answers.entries()) {
        inlet.wrongEdit = answer;
        expect(await world.submit(world.modal(), values, "dana", `V${index}`)).toBeNull();
      }
      expect(inlet.accepted).toHaveLength(3);
    });
  });

  test("a window that Slack no longer opens is told privately", async () => {
    world.edge.fail("views.open", { type: "error", code: "expired_trigger_id" });
    await world.press("reply", card());
    expect(world.edge.callsOf("chat.postEphemeral")[0]?.body.text).toContain("Press the button again");
  });

  test("Slack's own Stop presses stop for the run of that thread", async () => {
    inlet.runs.set(world.address("1764000000.000100"), "run_7f3a");
    await world.deliver(
      world.eventOf({
        type: "agent_session_stopped",
        channel: world.id("ops"),
        user: world.id("dana"),
        thread_ts: "1764000000.000100",
        streaming_message_ts: [],
      }),
    );
    expect(inlet.accepted[0]?.intent).toEqual({ type: "press", action: "stop", runId: "run_7f3a" });
  });

  test("Slack's own Stop in a thread where a child run spoke last stops the run at the top", async () => {
    const rows: Record<string, string | null> = { run_child: "run_top", run_top: null };
    inlet.store.run = async (runId) => runRow({ runId, parentId: rows[runId] ?? null });
    inlet.runs.set(world.address("1764000000.000100"), "run_child");
    const where = { channel: world.id("ops"), user: world.id("dana"), thread_ts: "1764000000.000100" };
    await world.deliver(world.eventOf({ type: "agent_session_stopped", ...where }));
    expect(inlet.accepted[0]?.intent).toMatchObject({ action: "stop", runId: "run_top" });
  });

  test("after an uninstall it says so in its health", async () => {
    expect(world.channel.health().ok).toBe(true);
    await world.deliver(world.eventOf({ type: "app_uninstalled" }));
    expect(world.channel.health()).toEqual({ ok: false, detail: expect.stringContaining("uninstalled") });
  });
});
