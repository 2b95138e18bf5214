/** What a mention in somebody's Slack thread brings along: the thread as data, and a word where it can't be read. */
import { describe, expect, test } from "vitest";
import { runRow } from "../../support/recording-inlet.ts";
import type { Fault } from "../../support/slack/edge.ts";
import { hearing, transports } from "../../support/slack/hearing.ts";

describe.each(transports)("over %s", (transport) => {
  const at = hearing(transport);

  test("a mention in somebody's thread brings the thread's text as data", async () => {
    const root = await at.world.say("payments answers 500");
    await at.world.say("since the deploy", { root });
    await at.world.say("<@U0BOT> why?", { root });
    expect(at.inlet.accepted[0]?.context).toEqual([
      {
        source: "the Slack thread",
        text: expect.stringMatching(/payments answers 500\n.*since the deploy$/s),
        trusted: false,
      },
    ]);
  });

  test("a mention at the root of a channel brings nothing of what was said there before", async () => {
    await at.world.say("ERROR payments: connection refused (db7.internal)");
    await at.world.say("<@U0BOT> why is this failing?");
    expect(at.inlet.accepted).toMatchObject([{ intent: { text: "why is this failing?" }, context: [] }]);
    expect(at.world.edge.callsOf("conversations.history")).toEqual([]);
  });

  test("of a long thread it brings the beginning and the newest, and says what is left out", async () => {
    const root = await at.world.write("payments answers 500");
    for (let n = 1; n <= 119; n += 1) await at.world.write(`word ${n}`, { root });
    await at.world.say("<@U0BOT> why?", { root });
    const lines = at.inlet.accepted[0]?.context[0]?.text.split("\n") ?? [];
    expect([lines.length, ...lines.slice(0, 3), lines.at(-1)]).toEqual([
      51,
      "@dana: payments answers 500",
      "[70 older messages left out here.]",
      "@dana: word 71",
      "@dana: word 119",
    ]);
  });

  test("a thread of several pages is read to its end", async () => {
    const root = await at.world.write("payments answers 500");
    for (let n = 1; n <= 205; n += 1) await at.world.write(`word ${n}`, { root });
    await at.world.say("<@U0BOT> why?", { root });
    expect(at.inlet.accepted[0]?.context[0]?.text).toMatch(/left out here\.\]\n.*word 205$/s);
  });

  test("the alert of another bot is read, also when it has no text", async () => {
    const attachments = [{ title: "HighErrorRate", fields: [{ title: "service", value: "payments" }] }];
    const root = await at.world.write("", { shows: { attachments } });
    await at.world.say("<@U0BOT> why?", { root });
    expect(at.inlet.accepted[0]?.context[0]?.text).toBe("@dana: HighErrorRate\nservice: payments");
  });

  test("a forwarded message is data, whatever the words are; without words it is the matter", async () => {
    const attachments = [{ is_share: true, author_name: "oncall", text: "db1: disk full" }];
    await at.world.say("<@U0BOT> deal with this", { shows: { attachments } });
    await at.world.say("<@U0BOT>", { shows: { attachments } });
    const context = [
      { source: "a quoted message", text: "[a message by oncall]\ndb1: disk full", trusted: false },
    ];
    expect(at.inlet.accepted).toMatchObject([
      { intent: { text: "deal with this" }, context },
      { intent: { text: "Look at what is quoted here, and help with it." }, context },
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
      const root = await at.world.write("payments answers 500");
      at.world.edge.fail("conversations.replies", fault);
      await at.world.say("<@U0BOT> why?", { root });
      const text = `I could not read the thread (${why}): nothing of what was said in it before is known here.`;
      expect(at.inlet.accepted[0]).toMatchObject({
        context: [{ source: "the Slack thread", text, trusted: true }],
      });
      await at.world.edge.until(() => at.world.edge.callsOf("chat.postEphemeral").length > 0);
      at.world.edge.answerSlow();
      const told = at.world.edge.callsOf("chat.postEphemeral").map(({ body }) => body.text);
      expect(told).toEqual([expect.stringContaining(`I could not read the thread (${why})`)]);
    },
  );

  test("what could be read of a thread is told when its next page fails", async () => {
    const root = await at.world.write("payments answers 500");
    for (let n = 1; n <= 200; n += 1) await at.world.write(`word ${n}`, { root });
    const broken: Fault[] = [{ type: "none" }, { type: "error", code: "fatal_error" }];
    at.world.edge.fail("conversations.replies", ...broken);
    await at.world.say("<@U0BOT> why?", { root });
    expect(at.inlet.accepted[0]?.context).toEqual([
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
    const root = await at.world.write("payments answers 500");
    at.inlet.runs.set(at.world.address(root), "run_7f3a");
    at.inlet.rows.set("run_7f3a", runRow({ status: "complete" }));
    await at.world.say("<@U0BOT> why?", { root });
    at.inlet.rows.set("run_7f3a", runRow({ status: "running" }));
    await at.world.say("<@U0BOT> and now?", { root });
    expect(at.inlet.accepted.map(({ context }) => context.length)).toEqual([1, 0]);
  });
});
