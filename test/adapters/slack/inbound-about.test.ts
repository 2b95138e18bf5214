/** A slash command and Ask the agent on a message: a task about a place or about what somebody else said. */
import { describe, expect, test } from "vitest";
import { hearing, transports } from "../../support/slack/hearing.ts";

describe.each(transports)("over %s", (transport) => {
  const at = hearing(transport);

  /** oncall takes "Ask the agent" from the menu of this message. */
  const askAbout = async (message: { ts: string } & Record<string, unknown>) =>
    at.world.deliver({
      type: "message_action",
      callback_id: "agent_from_message",
      team: { id: at.world.team, domain: "example" },
      user: { id: at.world.id("oncall"), name: "oncall", team_id: at.world.team },
      channel: { id: at.world.id("ops"), name: "ops" },
      trigger_id: await at.world.trigger("oncall"),
      message_ts: message.ts,
      message: { type: "message", ...message },
    });

  test("a slash command is remembered with a place that its first post will make", async () => {
    expect(await at.world.slash("restart payments")).toBeNull();
    expect(at.inlet.accepted[0]).toMatchObject({
      address: expect.stringMatching(/^slack:T000000001\/C\w+\/new:/),
      intent: { type: "instruction", text: "restart payments" },
      replyTo: { via: "slash", response_url: `${at.world.edge.url}/respond/1` },
    });
  });

  test("Ask the agent on a message is about that message and its thread, and takes orders from neither", async () => {
    const root = await at.world.say("payments answers 500");
    const ts = await at.world.write("since the deploy", { root });
    await askAbout({ ts, thread_ts: root, user: at.world.id("dana"), text: "since the deploy" });
    expect(at.inlet.accepted[0]).toMatchObject({
      address: at.world.address(root),
      actor: { principal: `slack:${at.world.team}/${at.world.id("oncall")}` },
      intent: { type: "message", text: "Help with the message that is quoted here.", addressed: true },
      context: [
        { source: "the message", text: "since the deploy", trusted: false },
        { text: expect.stringContaining("payments answers 500"), trusted: false },
      ],
    });
  });

  test("Ask the agent on an alert without a text is about all that the alert shows", async () => {
    const attachments = [{ title: "HighErrorRate", fields: [{ title: "service", value: "payments" }] }];
    const ts = await at.world.write("", { shows: { attachments } });
    await askAbout({ subtype: "bot_message", ts, bot_id: "B9", text: "", attachments });
    expect(at.inlet.accepted[0]?.context[0]).toEqual({
      source: "the message",
      text: "HighErrorRate\nservice: payments",
      trusted: false,
    });
  });
});
