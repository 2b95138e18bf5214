/**
 * Every message that a run can show, as a mail: plain text and HTML say the same, nothing in it is markup or a link.
 */
import { expect, test } from "vitest";
import { renderMail } from "../../../adapters/email/render.ts";
import type { Message } from "../../../src/core/message.ts";
import { messages } from "../../fixtures/messages.ts";

const options = { runUrl: (runId: string) => `https://belay.example/runs/${runId}`, reply: true };

test.each(messages)("$name: every word is in both forms, and only our link is a link", ({ message }) => {
  const { text, html } = renderMail(message, options);
  const shown = html
    .replace(/<[^>]*>/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&");
  for (const word of text.replace(/https:\/\/belay\.example\S+/g, "").split(/\s+/)) {
    expect(shown).toContain(word.replace(/:$/, ""));
  }
  const links = [...html.matchAll(/href="([^"]*)"/g)].map((match) => match[1] ?? "");
  expect(links.filter((link) => !link.startsWith("https://belay.example/runs/"))).toEqual([]);
});

test("what a model wrote can't become markup", () => {
  const nasty = `<img src=x onerror="alert(1)">&<a href='http://evil.example'>x</a>`;
  const message: Message = {
    summary: "x",
    blocks: [
      { type: "heading", text: nasty, note: [nasty] },
      { type: "text", markdown: nasty, foreign: true },
      { type: "fields", fields: [{ name: nasty, value: nasty }] },
      { type: "steps", folded: 0, lines: [{ shape: "done", title: nasty, detail: nasty, ms: 1500 }] },
    ],
  };
  const { html } = renderMail(message, options);
  expect(html).not.toMatch(/<img|<a |onerror="/);
});

test("choices are words to reply; an approval is only a link", () => {
  const ids = { runId: "r", questionId: "q", style: "plain" as const };
  const ask: Message = {
    summary: "",
    blocks: [
      {
        type: "actions",
        buttons: [
          { action: "choose", label: "v1", value: "v1", ...ids },
          { action: "choose", label: "the newest", value: "v2", ...ids },
        ],
      },
    ],
  };
  expect(renderMail(ask, options).text).toContain("Reply with one of: v1 · the newest");
  const guarded = renderMail(ask, { ...options, reply: false }).text;
  expect(guarded).not.toContain("Reply");
  expect(guarded).toContain("Choose in the console, not by mail: v1 · the newest");
  const refuse = { action: "refuse", label: "Refuse…", ...ids } as const;
  const approve = { action: "approve", label: "Approve", ...ids } as const;
  // Without its tool a call can only be refused.
  for (const buttons of [[approve, refuse], [refuse]]) {
    const { text } = renderMail({ summary: "", blocks: [{ type: "actions", buttons }] }, options);
    expect(text).toContain("Approvals are not taken by mail");
    expect(text).toContain("https://belay.example/runs/r");
    expect(text).not.toContain("Reply");
  }
});
