/** Every function that reads or draws text which strangers can choose, by the name it has in a failure. */
import { conversationOf } from "../../../adapters/demo/conversation.ts";
import { nextMove } from "../../../adapters/demo/reply.ts";
import { written } from "../../../adapters/discord/draw/markdown.ts";
import { render as renderDiscord } from "../../../adapters/discord/draw/render.ts";
import { htmlToText } from "../../../adapters/email/html.ts";
import { renderMail } from "../../../adapters/email/render.ts";
import { stripReply } from "../../../adapters/email/strip.ts";
import { readMrkdwn } from "../../../adapters/slack/draw/escape.ts";
import { safeMarkdown } from "../../../adapters/slack/draw/markdown.ts";
import { render as renderSlack } from "../../../adapters/slack/draw/render.ts";
import { parse as parseSlack } from "../../../adapters/slack/listen/parse.ts";
import { plainText, span, wrap } from "../../../adapters/terminal/line.ts";
import { drawMarkdown } from "../../../adapters/terminal/markdown.ts";
import { render as renderTerminal } from "../../../adapters/terminal/render.ts";
import { kindOf } from "../../../src/core/admit/words.ts";
import type { Message } from "../../../src/core/message.ts";
import { Seen } from "../../../src/core/origin/seen.ts";
import { argumentOrigins, outcomeOrigins } from "../../../src/core/origin/trace.ts";
import { argumentsInBrief, brief, outputInBrief } from "../../../src/core/text/brief.ts";
import { withoutEscapes } from "../../../src/core/text/escapes.ts";
import { defuse } from "../../../src/core/text/fence.ts";
import { mayFollow } from "../../../src/core/text/followed.ts";
import { withLinks } from "../../../src/core/text/links.ts";
import { aroundCode, blocksIn, codeBlock, codeSpan, spansIn } from "../../../src/core/text/markdown-code.ts";
import { plainWords } from "../../../src/core/text/plain-words.ts";
import { createRedactor } from "../../../src/core/text/redact.ts";
import { ruleInWords } from "../../../src/core/text/rules.ts";
import { whereTo } from "../../../src/core/text/shown-url.ts";
import { spoken } from "../../../src/core/text/spoken.ts";
import { headOfCutTable } from "../../../src/core/text/table.ts";
import { visible, visibleJson } from "../../../src/core/text/visible.ts";

const trustedLinkHosts = ["docs.example"];
const slackBot = { team: "T1", enterprise: null, user: "U0BOT", bot: null };
const slackEvent = { type: "message", user: "U1", channel: "C1", ts: "1.1" };
const user = (text: string) => ({ type: "user" as const, text });
const redact = createRedactor(["a secret of the bot"]);
const scene = { now: 0, timeZone: "UTC" };

/** The beginning of the text in every place where a message has text: it stands there a dozen times. */
function everywhere(long: string): Message {
  const text = long.slice(0, 10_000);
  return {
    summary: text,
    blocks: [
      { type: "heading", text, note: [text, { strong: text }, { code: text }, { rule: text }] },
      { type: "text", markdown: text, foreign: true },
      {
        type: "steps",
        folded: 1,
        lines: [{ shape: "done", title: text, detail: text, ms: 1 }],
      },
      { type: "fields", fields: [{ name: text, value: text }] },
      { type: "note", parts: [{ person: { principal: "slack:T1/U1", name: text } }] },
      {
        type: "actions",
        buttons: [
          { action: "choose", label: text, style: "plain", runId: "r", questionId: "q", value: text },
        ],
      },
    ],
  };
}

/** What a reader refuses it has read as well. */
function orRefused(read: (text: string) => string, text: string): string {
  try {
    return read(text);
  } catch (error) {
    return String(error);
  }
}

/** In a log that begins with the text itself, so that most of what is looked for is found nearly. */
function origins(text: string): unknown {
  const heard = {
    type: "event_arrived",
    event: "e",
    payload: `${text}\n1.5 9f8e7d6`,
    omitted: 0,
    at: 0,
  } as const;
  const seen = new Seen();
  seen.add([heard], 0);
  return [argumentOrigins({ a: text, b: text.slice(0, 60) }, seen.look), outcomeOrigins(`${text} 1.4`, seen)];
}

export const readers: Readonly<Record<string, (text: string) => unknown>> = {
  brief: (text) => brief(text, 60),
  argumentsInBrief: (text) => argumentsInBrief({ a: text, b: [text] }),
  outputInBrief,
  fence: defuse,
  mayFollow: (text) => mayFollow(`https://${text}`, trustedLinkHosts),
  withLinks: (text) => withLinks(text, ({ url, words }) => `${words} (${url})`, "] ("),
  aroundCode: (text) => aroundCode(text, (rest) => rest),
  blocksIn,
  spoken,
  kindOf,
  origins,
  parseSlack: (text) => parseSlack({ type: "event_callback", event: { ...slackEvent, text } }, slackBot),
  spansIn,
  plainWords,
  codeBlock: (text) => codeBlock(codeSpan(text)),
  redact,
  ruleInWords: (text) => ruleInWords(`slack:${text}`),
  headOfCutTable: (text) => headOfCutTable(text, text, 400),
  visible,
  visibleJson: (text) => visibleJson({ [text]: text }),
  whereTo: (text) => whereTo(`/${text}`, new URL("https://api.example")),
  withoutEscapes,
  "a task for the demo model": (text) =>
    nextMove(conversationOf([user("1 + 2"), user(`restart ${text}`), user(text)])),
  "what Slack sends": readMrkdwn,
  "Markdown for Slack": (text) => safeMarkdown(text, trustedLinkHosts),
  "a message in Slack": (text) =>
    renderSlack(everywhere(text), { team: "T1", publicUrl: null, trustedLinkHosts, names: new Map() }),
  "Markdown for Discord": (text) => written(text, trustedLinkHosts),
  "a message in Discord": (text) =>
    renderDiscord(everywhere(text), { publicUrl: null, trustedLinkHosts, mark: () => 1 }),
  "a message by mail": (text) => renderMail(everywhere(text), { runUrl: () => "", reply: true }),
  "a reply by mail": stripReply,
  "a mail in HTML": (text) => [
    orRefused(htmlToText, text),
    htmlToText(`<p style="${text.replaceAll('"', "")}">a`),
  ],
  "Markdown for the terminal": drawMarkdown,
  "a line in the terminal": (text) =>
    wrap({ spans: [span(text.slice(0, 50_000))], indent: 0, passing: false }, 80),
  "a message in the terminal": (text) =>
    renderTerminal(everywhere(text), scene).map((line) => [wrap(line, 80), plainText(line)]),
};
