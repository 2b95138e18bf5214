/**
 * One line of each kind, in all five channels: a duration, a sum, a list, a rule, a mark are said in the same words.
 */
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { render as renderDiscord } from "../../adapters/discord/draw/render.ts";
import { MARK } from "../../adapters/email/mark.ts";
import { renderMail } from "../../adapters/email/render.ts";
import { render as renderSlack } from "../../adapters/slack/draw/render.ts";
import { plainText } from "../../adapters/terminal/line.ts";
import { render as renderTerminal } from "../../adapters/terminal/render.ts";
import { Markdown } from "../../src/console/parts/markdown.tsx";
import { cost, statusOfRun } from "../../src/console/parts/words.ts";
import { CallFields } from "../../src/console/questions/call-fields.tsx";
import { callLine, settle } from "../../src/console/run/call-lines.ts";
import { LineSummary } from "../../src/console/run/line-summary.tsx";
import { questionLine } from "../../src/console/run/question-lines.ts";
import type { EventBody } from "../../src/core/event.ts";
import type { Block, Inline, Message } from "../../src/core/message.ts";
import { narrate } from "../../src/core/narrate/narrate.ts";
import type { Question } from "../../src/core/question.ts";
import type { State } from "../../src/core/state.ts";
import type { WireEvent } from "../../src/http/wire/events.ts";
import { launch } from "../support/core/commands.ts";
import { call, chose, finished } from "../support/core/events.ts";
import { nobody } from "../support/given.ts";

const publicUrl = "https://belay.example";
const trustedLinkHosts = ["docs.example"];
const launched = nobody().when(launch());
const failure: EventBody = { type: "failed", code: "model", message: "x" };

/** What a person reads: markup, escapes and JSON's quotes taken away. */
const chats: Record<string, (blocks: Block[]) => string> = {
  slack: (blocks) =>
    textsOf(
      renderSlack(message(blocks), { team: "T1", publicUrl, trustedLinkHosts, names: new Map() }).parts.map(
        (part) => part.blocks,
      ),
    ),
  discord: (blocks) =>
    textsOf(
      renderDiscord(message(blocks), { publicUrl, trustedLinkHosts, mark: () => 1 }).map(
        ({ container }) => container,
      ),
    ).replace(/\\(?=[^\w\s])|\*\*/g, ""),
  mail: (blocks) =>
    renderMail(message(blocks), { runUrl: () => publicUrl, reply: true }).text.replace(MARK, ""),
  terminal: (blocks) =>
    renderTerminal(message(blocks), { now: 0, timeZone: "UTC" }).map(plainText).join("\n"),
};
const chatNames = Object.keys(chats);

function message(blocks: Block[]): Message {
  return { summary: "x", blocks };
}

/** Every text in what a platform is sent, in its order. */
function textsOf(sent: unknown): string {
  if (Array.isArray(sent)) return sent.map(textsOf).join("");
  if (typeof sent !== "object" || sent === null) return "";
  return Object.entries(sent)
    .map(([key, value]) =>
      (key === "text" || key === "content") && typeof value === "string" ? value : textsOf(value),
    )
    .join("");
}

function told(channel: string, ...blocks: Block[]): string {
  return (chats[channel]?.(blocks) ?? "").replace(/\s+/g, " ").trim();
}

const step = (over: Partial<Extract<Block, { type: "steps" }>["lines"][number]> = {}): Block => ({
  type: "steps",
  folded: 0,
  lines: [{ shape: "done", title: "wait", detail: "", ms: null, ...over }],
});
const note = (...parts: Inline[]): Block => ({ type: "note", parts });

/** The line of a call in the console, as its page is served. */
function consoleLine(input: unknown, output: string, ms: number): string {
  const base = { key: "c", at: 0, versions: [1], ms: null, live: false, open: false };
  const line = callLine(
    { ...base, shape: "running", title: "", detail: "" },
    { id: "c1", tool: "wait", input },
  );
  const data = { type: "call_finished", callId: "c1", output, ms, omitted: 0, untrusted: false } as const;
  const event: WireEvent = { version: 2, at: ms, type: data.type, data };
  settle(line, event, data);
  const html = renderToStaticMarkup(createElement(LineSummary, { line }));
  // When it was stands behind how long it took.
  return html
    .replace(/<time.*<\/time>/, "")
    .replace(/<[^>]*>/g, "")
    .replaceAll("&gt;", ">");
}

describe("what a step took", () => {
  test.each([
    [7_500_000, "2 h 5 min"],
    [185_000, "3 min 5 s"],
    [60_000, "1 min"],
    [59_900, "59 s"],
    [1_400, "1.4 s"],
  ])("%d ms are %s", (ms, words) => {
    for (const channel of chatNames) {
      expect(told(channel, step({ ms })).replace(/[()_*·]/g, ""), channel).toMatch(
        new RegExp(`wait\\s+${words}\\s*$`),
      );
    }
    expect(consoleLine({}, "ok", ms), "console").toMatch(new RegExp(`ok${words}$`));
  });

  test("what took less than a second is not said", () => {
    for (const channel of chatNames) expect(told(channel, step({ ms: 999 })), channel).not.toMatch(/\d/);
    expect(consoleLine({}, "ok", 999), "console").not.toMatch(/\d/);
  });
});

describe("arguments and outputs", () => {
  /** The one line of the progress post that tells of this call. */
  const detailOf = (input: Record<string, unknown>, output: string): string => {
    const { state } = launched.when(chose(call("c1", "look", input)), finished("c1", output));
    const steps = narrate(state)[0]?.body.blocks.find((block) => block.type === "steps");
    return steps?.type === "steps" ? (steps.lines[0]?.detail ?? "") : "";
  };

  test.each([
    ["a list", { hosts: ["a", "b"] }, "[1,2,3]", "a, b", "1, 2, 3"],
    ["an object", { to: { team: "sre" } }, '{"state":"degraded","left":3}', "sre", "state degraded, left 3"],
    [
      "a long list",
      {},
      JSON.stringify([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
      "",
      "1, 2, 3, 4, 5, 6, 7, 8 and 2 more",
    ],
    ["a large number", {}, "1234567890123456789", "", "1234567890123456789"],
    ["a text", { service: "payments" }, '"restarted"', "payments", "restarted"],
  ])("%s is told in the same words", (_kind, input, output, given, result) => {
    const detail = detailOf(input, output);
    expect(detail.trim()).toBe(`${given} → ${result}`.trim());
    for (const channel of chatNames) {
      expect(told(channel, step({ detail })), channel).toContain(`${given} → ${result}`.trim());
    }
    expect(consoleLine(input, output, 0)).toContain(`(${given}) → ${result}`);
  });
});

describe("who may", () => {
  const question = (audience: string[]): Question => ({
    id: "q",
    kind: "ask",
    callId: null,
    text: "May I?",
    context: null,
    choices: [],
    freeText: true,
    audience,
    call: null,
    need: 1,
  });
  const inConsole = (rule: string) =>
    questionLine(
      {
        key: "q",
        at: 0,
        versions: [],
        shape: "note",
        title: "",
        detail: "",
        ms: null,
        live: false,
        open: false,
      },
      question([rule]),
      // Nobody is known to have started it.
      null,
    ).title.replace(/^asked (.*):$/, "$1");

  test.each([
    ["requester", "whoever started the run"],
    ["*", "anyone"],
    ["console:*", "anyone at the console"],
    ["slack:T9/*", "anyone in Slack"],
    ["discord:*", "anyone in Discord"],
    ["email:dana@corp.example", "dana@corp.example"],
    ["slack:T9/group:oncall", "oncall"],
    ["token:ci", "ci"],
  ])("%s is %s", (rule, words) => {
    for (const channel of chatNames) {
      expect(told(channel, note("for ", { rule })).replace(/^-# /, ""), channel).toBe(`for ${words}`);
    }
    expect(inConsole(rule), "console").toBe(words);
  });
});

describe("links of untrusted text", () => {
  const inConsole = (markdown: string) =>
    renderToStaticMarkup(createElement(Markdown, { text: markdown, hosts: trustedLinkHosts, origins: [] }));
  /** A link that may be followed stands there as one; any other only as code, or as plain text where nothing links. */
  const follows: Record<string, (url: string) => boolean> = {
    slack: (url) => told("slack", textBlock(url)).includes(`(${url})`),
    discord: (url) => told("discord", textBlock(url)).includes(`(${url})`),
    console: (url) => inConsole(`[x](${url})`).includes("<a "),
  };
  const textBlock = (url: string): Block => ({ type: "text", markdown: `[x](${url})`, foreign: true });

  test.each([
    ["https://docs.example/a", true],
    ["https://DOCS.example/a?b=1", true],
    ["https://evil.docs.example/a", false],
    ["https://u:p@docs.example/a", false],
    ["https://docs.example@evil.example/", false],
    ["https://evil.example/docs.example", false],
    ["javascript:alert(1)", false],
    ["ftp://docs.example/a", false],
  ])("%s may be followed: %s", (url, may) => {
    for (const [channel, followed] of Object.entries(follows)) expect(followed(url), channel).toBe(may);
    for (const channel of ["mail", "terminal"]) {
      expect(told(channel, textBlock(url)), channel).toContain(url);
    }
  });
});

describe("marks", () => {
  test.each([
    ["done", "✓"],
    ["running", "◐"],
    ["waiting", "◌"],
    ["failed", "✗"],
    ["note", "–"],
  ] as const)("%s is %s", (shape, mark) => {
    for (const channel of chatNames) {
      expect(told(channel, step({ shape })).replace(/[*]/g, "").trim(), channel).toBe(`${mark} wait`);
    }
  });

  test.each([
    [1, "… 1 earlier step"],
    [1400, "… 1,400 earlier steps"],
  ])("%d that are not shown are %s", (folded, words) => {
    for (const channel of chatNames) {
      expect(told(channel, { type: "steps", folded, lines: [] }).replace(/^-# /, ""), channel).toBe(words);
    }
  });
});

test("what cannot be seen is written out, and what only looks strange is not", () => {
  const value = "pay\u200bments, s\u2019il vous plaît\u00a0: 👩‍💻 ❤️ “ok”";
  const words = "pay\\u{200b}ments, s’il vous plaît : 👩‍💻 ❤️ “ok”";
  const fields: Block = { type: "fields", fields: [{ name: "words", value }] };
  for (const channel of chatNames) {
    const shown = channel === "discord" ? words.replace("\\", "") : words;
    expect(told(channel, fields).replace("\\u{", channel === "discord" ? "u{" : "\\u{"), channel).toContain(
      shown,
    );
  }
  const inConsole = renderToStaticMarkup(createElement(CallFields, { input: { words: value } }));
  expect(inConsole.replaceAll("\u00a0", " ")).toContain(words);
});

test("a moment is the same to every reader whose zone is not known", () => {
  const at = Date.UTC(2025, 10, 24, 16, 0);
  for (const channel of ["mail", "slack"]) {
    expect(told(channel, note({ time: at })), channel).toContain("24 Nov 2025, 16:00 UTC");
  }
});

describe("status and money", () => {
  const footer = (state: State): string => {
    const parts = narrate(state)[0]?.body.blocks.find((block) => block.type === "note");
    return told("mail", parts ?? note());
  };

  test("a status is the same word in the chats and in the console", () => {
    const from = { principal: "slack:T1/U1", name: "dana" };
    const via = { channel: "slack" };
    const paused = launched.when({ type: "paused", from, via }).state;
    const failed = launched.when(failure).state;
    for (const [state, status, word] of [
      [paused, "paused", "paused"],
      [failed, "failed", "failed"],
    ] as const) {
      expect(footer(state)).toMatch(new RegExp(`^${word} ·`));
      expect(statusOfRun({ status, phase: status, waiting: null } as never)).toBe(word);
    }
  });

  test.each([
    [0.004, "< $0.01"],
    [0.126, "$0.13"],
    [12_345.6, "$12,345.60"],
  ])("%d dollars are %s", (usd, words) => {
    const { state } = launched.when(failure);
    expect(footer({ ...state, usage: { ...state.usage, costUsd: usd } })).toContain(` · ${words}`);
    expect(cost(usd)).toBe(words);
  });
});
