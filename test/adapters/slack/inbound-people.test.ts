/** Who it was that spoke in Slack: named, a guest, of a group, or asked for again when Slack does not say. */
import { describe, expect, test } from "vitest";
import { card } from "../../support/slack/card.ts";
import type { Fault } from "../../support/slack/edge.ts";
import { hearing, transports } from "../../support/slack/hearing.ts";

describe.each(transports)("over %s", (transport) => {
  const at = hearing(transport);

  test("people are named, and nobody whom Slack does not name in time holds up the words", async () => {
    await at.world.say(`<@U0BOT> ask <@${at.world.id("oncall")}>`);
    at.world.edge.fail("users.info", { type: "500" });
    await at.world.say(`<@U0BOT> ask <@${at.world.id("guest")}>`);
    expect(at.inlet.accepted.map(({ intent }) => "text" in intent && intent.text)).toEqual([
      "ask @oncall",
      `ask <@${at.world.id("guest")}>`,
    ]);
  });

  test("a guest is marked, a member of a group carries it", async () => {
    at.world.edge.groups = [
      { id: "S9", handle: "oncall", users: [at.world.id("dana"), at.world.id("guest")] },
    ];
    at.world.edge.flags.set(at.world.id("guest"), { is_restricted: true });
    await at.world.say("<@U0BOT> one");
    await at.world.say("<@U0BOT> two", { user: "guest" });
    expect(at.inlet.accepted.map(({ actor }) => [actor.guest, actor.groups])).toEqual([
      [false, [`slack:${at.world.team}/group:S9`]],
      [true, []],
    ]);
  });

  test("who Slack does not show, or may not show to this bot, is a guest without groups", async () => {
    for (const code of ["missing_scope", "user_not_found", "user_not_visible"]) {
      at.world.edge.fail("users.info", { type: "error", code });
      await at.world.say("<@U0BOT> one");
      expect(at.inlet.accepted.at(-1)).toMatchObject({ actor: { guest: true, groups: [] } });
      expect(at.inlet.accepted.at(-1)?.unsure).toBeUndefined();
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
      at.world.edge.groups = [{ id: "S9", handle: "oncall", users: [at.world.id("dana")] }];
      at.world.edge.fail(method, fault);
      await at.world.say("<@U0BOT> one");
      const [heard] = at.inlet.accepted;
      if (heard?.unsure !== true) throw new Error("who it was is taken for known");
      at.world.edge.answerSlow();
      expect(await at.world.channel.identify(heard.actor)).toMatchObject({
        guest: false,
        groups: [`slack:${at.world.team}/group:S9`],
      });
    });

    test.each(faults)(
      "%s: a press has no effect, and its sender is asked to press again",
      async (_, method, fault) => {
        at.world.edge.fail(method, fault);
        await at.world.press("approve", card(), "oncall");
        expect(at.inlet.accepted).toEqual([]);
        const [told] = at.world.edge.callsOf("chat.postEphemeral");
        expect(told?.body).toMatchObject({
          user: at.world.id("oncall"),
          text: expect.stringContaining("Press again"),
        });
        at.world.edge.answerSlow();
        await at.world.press("approve", card(), "oncall");
        expect(at.inlet.accepted).toHaveLength(1);
      },
    );
  });
});
