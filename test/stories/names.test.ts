/** People whose names look like markup: every channel says the name, and does nothing that it says. */
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { render as renderDiscord } from "../../adapters/discord/draw/render.ts";
import { renderMail } from "../../adapters/email/render.ts";
import { render as renderSlack } from "../../adapters/slack/draw/render.ts";
import { plainText } from "../../adapters/terminal/line.ts";
import { render as renderTerminal } from "../../adapters/terminal/render.ts";
import { Prose } from "../../src/console/parts/prose.tsx";
import { Context } from "../../src/console/questions/context.tsx";
import type { Message } from "../../src/core/message.ts";
import { narrate } from "../../src/core/narrate/narrate.ts";
import { approve, cancel, edit } from "../support/core/commands.ts";
import { askedApproval, call, chose } from "../support/core/events.ts";
import { person } from "../support/core/policy.ts";
import { given, type Story } from "../support/given.ts";

const name = "*x* <!channel> [a](http://b.example) @everyone";
const actor = person(name, { principal: "email:x@example.com" });
const asked = given(chose(call("a", "deploy")), askedApproval("q1", "a"));
const edited = asked.when(edit("q1", { version: "v2" }, actor));
const approved = edited.when(approve(edited.question ?? ""));

function posted({ state }: Story, key: string): Message {
  const found = narrate(state).find((post) => post.key === key);
  if (!found) throw new Error(`nothing stands under ${key}`);
  return found.body;
}

const messages: Readonly<Record<string, Message>> = {
  "the run that they stopped": posted(given({ ...cancel, actor }), "progress"),
  "the call that they changed, shown anew": posted(edited, `question:${edited.question}`),
  "the call that they changed, approved": posted(approved, `question:${edited.question}`),
};

const slackScene = { team: "T1", publicUrl: null, trustedLinkHosts: [], names: new Map() };

describe.each(Object.entries(messages))("%s", (_, message) => {
  test("holds the name in no Markdown", () => {
    const texts = message.blocks.flatMap((block) => (block.type === "text" ? block.markdown : []));
    expect(texts.join("\n")).not.toContain("channel");
    expect(JSON.stringify(message.blocks)).toContain(name);
  });

  test("says it literally in Slack", () => {
    const { parts } = renderSlack(message, slackScene);
    const drawn = parts.flatMap(({ blocks }) => JSON.stringify(blocks)).join("\n");
    expect(drawn).not.toContain("<!channel>");
    expect(drawn.replaceAll("\u200b", "").replaceAll("&lt;", "<").replaceAll("&gt;", ">")).toContain(name);
    // Each mark that would begin or end bold is broken.
    expect(drawn).toContain("\u200b*x\u200b*");
  });

  test("says it literally in Discord", () => {
    const drawn = renderDiscord(message, { publicUrl: null, trustedLinkHosts: [], mark: () => 1 });
    const { components } = drawn[0]?.container ?? { components: [] };
    const words = components.flatMap((one) => ("content" in one ? one.content : [])).join("\n");
    expect(words).toContain("\\*x\\* \\<!channel\\> \\[a\\]\\(http\\://b.example\\) @\u200beveryone");
    expect(drawn[0]?.pings.users).not.toContain("everyone");
  });

  test("says it literally in a mail and in the terminal", () => {
    const mail = renderMail(message, { runUrl: () => "https://belay.example", reply: true });
    expect(mail.text).toContain(name);
    expect(mail.html).toContain(name.replace("<!channel>", "&lt;!channel&gt;"));
    const lines = renderTerminal(message, { now: 0, timeZone: "UTC" }).map(plainText).join("\n");
    expect(lines).toContain(name);
  });
});

test("the console reads no Markdown where a call was changed, but where the model speaks", () => {
  const { kind, context } = edited.state.questions[0] ?? {};
  const shown = { question: { kind: kind ?? "" }, context: context ?? "", untrusted: false };
  const html = renderToStaticMarkup(createElement(Context, shown));
  expect(html).toContain(name.replace("<!channel>", "&lt;!channel&gt;"));
  expect(Context(shown).type).toBe("div");
  expect(Context({ ...shown, question: { kind: "ask" } }).type).toBe(Prose);
});
