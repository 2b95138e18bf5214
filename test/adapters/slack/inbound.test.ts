/** What people say in Slack reaches the engine once, through both transports, with the real Bolt and Web API. */
import { describe, expect, test } from "vitest";
import { hearing, transports } from "../../support/slack/hearing.ts";

describe.each(transports)("over %s", (transport) => {
  const at = hearing(transport);

  test("a mention, which arrives as two events, is remembered once, with the person's name", async () => {
    const ts = await at.world.say("<@U0BOT> restart payments");
    expect(at.inlet.accepted).toHaveLength(1);
    expect(at.inlet.accepted[0]).toMatchObject({
      key: `msg:${at.world.team}/${at.world.id("ops")}/${ts}`,
      address: at.world.address(ts),
      actor: { principal: `slack:${at.world.team}/${at.world.id("dana")}`, name: "dana", guest: false },
      intent: { type: "message", text: "restart payments", addressed: true },
    });
  });

  test("what can't be remembered is not acknowledged, and its retry is", async () => {
    at.inlet.failNext = 1;
    const [event = {}] = at.world.eventsOf("<@U0BOT> hello", "1764000000.000100");
    if (transport === "http") await expect(at.world.deliver(event)).rejects.toThrow("503");
    else {
      let isAcked = false;
      void at.world.edge.sockets.push("events_api", event).then(() => {
        isAcked = true;
      });
      // A later envelope's acknowledgement shows that the first one's would have come.
      await at.world.edge.sockets.push("events_api", at.world.eventOf({ type: "reaction_added" }));
      expect(isAcked).toBe(false);
    }
    expect(at.inlet.accepted).toHaveLength(0);
    await at.world.deliver({ ...event, event_id: "EvRetry" });
    expect(at.inlet.accepted).toHaveLength(1);
  });

  test("the same delivery again, hours later and under another event id, is acknowledged and changes nothing", async () => {
    const ts = await at.world.say("<@U0BOT> hello");
    for (const event of at.world.eventsOf("<@U0BOT> hello", ts)) await at.world.deliver(event);
    expect(at.inlet.accepted).toHaveLength(1);
  });

  test("a plain reply is remembered only where a run is", async () => {
    await at.world.say("nobody asked", { root: "1764000000.000100" });
    expect(at.inlet.accepted).toHaveLength(0);
    at.inlet.runs.set(at.world.address("1764000000.000100"), "run_7f3a");
    await at.world.say("v1.2.3", { root: "1764000000.000100" });
    expect(at.inlet.accepted.map(({ intent }) => intent)).toEqual([
      { type: "message", text: "v1.2.3", addressed: false, agent: null, thread: "ours" },
    ]);
  });

  test("a reply right after the mention is remembered though the run does not exist yet", async () => {
    const root = await at.world.say("<@U0BOT> deploy");
    await at.world.say("only to staging", { root });
    expect(at.inlet.accepted.map(({ intent }) => "text" in intent && intent.text)).toEqual([
      "deploy",
      "only to staging",
    ]);
  });

  test("a thread that a mention began is the bot's, one in which it was mentioned later is people's", async () => {
    const root = await at.world.say("<@U0BOT> deploy");
    await at.world.say("only to staging", { root });
    const theirs = await at.world.write("payments answers 500");
    await at.world.say("<@U0BOT> look", { root: theirs });
    await at.world.say("it was the deploy", { root: theirs });
    expect(at.inlet.accepted.map(({ intent }) => intent.type === "message" && intent.thread)).toEqual([
      "ours",
      "ours",
      "theirs",
      "theirs",
    ]);
  });

  test("words that were passed over are heard when an edit mentions the bot, words that were heard are not again", async () => {
    const root = await at.world.write("payments answers 500");
    at.inlet.runs.set(at.world.address(root), "run_7f3a");
    const ts = await at.world.say("restart it", { root });
    const former = {
      user: at.world.id("dana"),
      text: "restart it",
      ts,
      thread_ts: root,
      team: at.world.team,
    };
    const message = { ...former, text: "<@U0BOT> restart it", edited: { user: former.user, ts: `${ts}1` } };
    const edit = {
      type: "message",
      subtype: "message_changed",
      channel: at.world.id("ops"),
      previous_message: former,
    };
    const { inboxRow } = at.inlet.store;
    await at.world.deliver(at.world.eventOf({ ...edit, message }));
    expect(at.inlet.accepted).toHaveLength(1);
    at.inlet.store.inboxRow = async (key) => {
      const row = await inboxRow(key);
      return row && { ...row, state: "done", outcome: "ignored" };
    };
    await at.world.deliver(at.world.eventOf({ ...edit, message }));
    await at.world.deliver(at.world.eventOf({ ...edit, message }));
    at.inlet.store.inboxRow = async (key) => {
      const row = await inboxRow(key);
      return row && { ...row, state: "done", outcome: "answered" };
    };
    await at.world.deliver(at.world.eventOf({ ...edit, message }));
    expect(at.inlet.accepted.map(({ intent }) => intent)).toMatchObject([
      { text: "restart it", addressed: false, thread: "theirs" },
      { text: "restart it", addressed: true },
      { type: "changed", text: "restart it" },
    ]);
  });

  test("an edit that comes before its message is heard in its place, among people only if it mentions the bot", async () => {
    const root = await at.world.write("<@U0BOT> restart paymnts");
    const edited = (ts: string, before: string, text: string, thread = {}) => {
      const former = { user: at.world.id("dana"), text: before, ts, team: at.world.team, ...thread };
      const message = { ...former, text, edited: { user: former.user, ts: `${ts}1` } };
      const place = { channel: at.world.id("ops"), channel_type: "channel" };
      const change = { type: "message", subtype: "message_changed", previous_message: former, message };
      return at.world.deliver(at.world.eventOf({ ...place, ...change }));
    };
    await edited(root, "<@U0BOT> restart paymnts", "<@U0BOT> restart payments");
    for (const late of at.world.eventsOf("<@U0BOT> restart paymnts", root)) await at.world.deliver(late);
    const reply = await at.world.write("in stagin", { root });
    const inThread = { thread_ts: root, parent_user_id: at.world.id("dana") };
    await edited(reply, "in stagin", "in staging", { ...inThread, subtype: "thread_broadcast" });
    const talk = await at.world.write("payments is slwo");
    await edited(talk, "payments is slwo", "payments is slow");
    expect(at.inlet.accepted.map(({ intent }) => intent)).toMatchObject([
      { type: "message", text: "restart payments", addressed: true },
      { type: "message", text: "in staging", addressed: false, thread: "ours" },
    ]);
  });

  test("also when the bot was restarted in between", async () => {
    const root = await at.world.say("<@U0BOT> deploy");
    await at.world.channel.stop();
    at.world.channel = at.world.makeChannel();
    await at.world.channel.start(at.inlet);
    await at.world.say("only to staging", { root });
    expect(at.inlet.accepted).toHaveLength(2);
  });

  test("after an uninstall it says so in its health", async () => {
    expect(at.world.channel.health().ok).toBe(true);
    await at.world.deliver(at.world.eventOf({ type: "app_uninstalled" }));
    expect(at.world.channel.health()).toEqual({ ok: false, detail: expect.stringContaining("uninstalled") });
  });
});
