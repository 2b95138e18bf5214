/** A message as a mail: plain text and simple HTML from the same blocks. Pure. */
import type { Block, Button, Inline, Message } from "../../src/core/message.ts";
import { attachmentInWords } from "../../src/core/text/attachment.ts";
import { tookInWords } from "../../src/core/text/duration.ts";
import { ruleInWords } from "../../src/core/text/rules.ts";
import { earlierSteps, stepMarks } from "../../src/core/text/steps.ts";
import { timeInWords } from "../../src/core/text/time.ts";
import { visible, visibleLine } from "../../src/core/text/visible.ts";
import { MARK } from "./mark.ts";

/** The two bodies of one mail, with the same words. */
export interface Rendered {
  text: string;
  html: string;
}

/** `reply`: whether an answer by mail is taken. `last`: words below all others. */
export interface RenderOptions {
  runUrl(runId: string): string;
  reply: boolean;
  last?: string | null;
}

/** One paragraph in both forms. */
interface Paragraph {
  text: string;
  html: string;
}

/** Buttons become links or words about what to reply; all other words are escaped. */
export function renderMail(message: Message, options: RenderOptions): Rendered {
  const words = message.blocks.flatMap((block) => paragraphsOf(block, options));
  return asMail(options.last ? [...words, plain(options.last)] : words);
}

/** Words without blocks, as a mail. */
export function renderWords(words: string): Rendered {
  return asMail([plain(words)]);
}

/** Every mail of ours can be replied to, so each begins with the mark. */
function asMail(words: readonly Paragraph[]): Rendered {
  const mark = { text: MARK, html: `<div style="color: #767676; font-size: 12px">${MARK}</div>` };
  const paragraphs = [mark, ...words];
  const text = paragraphs.map((paragraph) => paragraph.text).join("\n\n");
  const html = paragraphs.map((paragraph) => paragraph.html).join("\n");
  return {
    text: `${text}\n`,
    html: `<!doctype html><html><body style="font-family: system-ui, sans-serif; line-height: 1.5">\n${html}\n</body></html>\n`,
  };
}

function paragraphsOf(block: Block, options: RenderOptions): Paragraph[] {
  switch (block.type) {
    case "heading": {
      const note = inlineText(block.note);
      const html = `<h3>${escaped(block.text)}</h3>${note ? `<p>${escaped(note)}</p>` : ""}`;
      return [{ text: note ? `${block.text}\n${note}` : block.text, html }];
    }
    case "text":
      return [{ text: block.markdown, html: preformatted(block.markdown) }];
    case "steps":
      return [plain(stepsText(block))];
    case "fields":
      return [
        plain(block.fields.map(({ name, value }) => `${visibleLine(name)}: ${visible(value)}`).join("\n")),
      ];
    case "note":
      return [plain(inlineText(block.parts))];
    case "picture":
      return [plain(attachmentInWords(block.picture))];
    case "actions":
      return actions(block.buttons, options);
  }
}

function stepsText(block: Extract<Block, { type: "steps" }>): string {
  const earlier = block.folded > 0 ? [earlierSteps(block.folded)] : [];
  const lines = block.lines.map(({ shape, title, detail, ms }) => {
    const took = tookInWords(ms);
    const time = took === "" ? "" : ` (${took})`;
    return `${stepMarks[shape]} ${title} ${detail}`.trimEnd() + time;
  });
  return [...earlier, ...lines].join("\n");
}

/** Buttons become words: what to reply, and where to press them. Nothing is pressed by a mail. */
function actions(buttons: readonly Button[], { runUrl, reply }: RenderOptions): Paragraph[] {
  const choices = buttons.flatMap(({ action, label }) => (action === "choose" ? [label] : []));
  if (reply && buttons.some(({ action }) => action === "resume"))
    return [
      plain("Reply to this mail and the run goes on; your words are told to it."),
      ...link(buttons, runUrl),
    ];
  const mayReply = reply && buttons.some(({ action }) => action === "choose" || action === "reply");
  const mayDecide = buttons.some(({ action }) => action === "refuse");
  const words: string[] = [];
  if (mayReply && choices.length > 0) words.push(`Reply with one of: ${choices.join(" · ")}`);
  else if (mayReply) words.push("Reply to this mail to answer.");
  else if (choices.length > 0) words.push(`Choose in the console, not by mail: ${choices.join(" · ")}`);
  if (buttons.some(({ action }) => action === "undo")) words.push("The console can undo it.");
  if (mayDecide) words.push("Approvals are not taken by mail: decide in the console.");
  return [...words.map(plain), ...link(buttons, runUrl)];
}

function link([button]: readonly Button[], runUrl: RenderOptions["runUrl"]): Paragraph[] {
  if (!button) return [];
  const url = runUrl(button.runId);
  const html = `<p><a href="${escaped(url)}">Open in the console</a></p>`;
  return [{ text: `Open in the console: ${url}`, html }];
}

/** Names are said, never mailed: a person of another platform has no meaning here. */
function inlineText(parts: readonly Inline[]): string {
  return parts.map(inline).join("");
}

function inline(part: Inline): string {
  if (typeof part === "string") return part;
  if ("person" in part) return part.person.name;
  if ("rule" in part) return ruleInWords(part.rule);
  if ("time" in part) return timeInWords(part.time);
  return "code" in part ? part.code : part.strong;
}

function plain(text: string): Paragraph {
  return { text, html: preformatted(text) };
}

/** As it was written, line for line. No link is made: what a model wrote stays text. */
function preformatted(text: string): string {
  return `<div style="white-space: pre-wrap">${escaped(text)}</div>`;
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
