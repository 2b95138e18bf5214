/** A message as what Slack is sent: one or more messages of text and blocks, or a file when it is longer than that. */
import { linkHosts, type Message } from "../../../src/core/message.ts";
import { never } from "../../../src/core/never.ts";
import { attachmentInWords } from "../../../src/core/text/attachment.ts";
import { cut, oneLine } from "../../../src/core/text/brief.ts";
import {
  drawActions,
  drawFields,
  drawHeading,
  drawNote,
  drawSteps,
  drawWords,
  maxCall,
  type SlackBlock,
} from "./blocks.ts";
import { elementStarts } from "./elements.ts";
import { plainMrkdwn } from "./escape.ts";
import type { Scene } from "./inline.ts";
import { safeMarkdown, splitMarkdown } from "./markdown.ts";
import { wholeText } from "./whole-text.ts";

/** One message of Slack. */
export interface Part {
  /** Notifications and screen readers. */
  text: string;
  blocks: SlackBlock[];
}

/** What `chat.postMessage` and the file upload are given. */
export interface Rendered {
  /** At least one; each becomes a message of its own, in this order. */
  parts: Part[];
  /** The whole text, when it is too long for messages. */
  file: string | null;
}

/** Slack allows 12,000 characters of Markdown in one message. */
export const maxMarkdown = 11_000;
/** Of 50 that Slack takes, counted after it has made many of one block of Markdown. */
const maxElements = 45;
/** All text of a message's blocks: from about 13,200 characters on Slack refuses it. */
const maxCharacters = 12_500;
const maxParts = 3;
const maxSummary = 2900;
/** What stands in the message when the text itself is a file. */
const excerpt = 600;

/** Pure. Text beyond what blocks hold goes into a file, whole. */
export function render(message: Message, scene: Scene): Rendered {
  const length = message.blocks.reduce(
    (sum, block) => sum + (block.type === "text" ? block.markdown.length : 0),
    0,
  );
  if (length <= maxMarkdown * maxParts) {
    const parts = pack(drawAll(message, scene, false), message.summary);
    if (parts.length <= maxParts) return { parts, file: null };
  }
  const parts = pack(drawAll(message, scene, true), message.summary).slice(0, maxParts);
  return { parts, file: wholeText(message, scene.names) };
}

/** `short`: the text is in a file, only its beginning is shown. */
function drawAll(message: Message, scene: Scene, short: boolean): SlackBlock[] {
  // Decided over the whole message: buttons may stand before or after the call they decide.
  const isWhole = message.blocks.every((block) => block.type !== "fields" || drawFields(block) !== null);
  const mayDecide = isWhole && !short;
  return message.blocks.flatMap((block, row): SlackBlock[] => {
    switch (block.type) {
      case "heading":
        return drawHeading(block, scene);
      case "text":
        return drawText(block.markdown, linkHosts(block, scene.trustedLinkHosts), short);
      case "steps":
        return drawSteps(block);
      case "fields":
        return drawFields(block) ?? [tooLong];
      case "note":
        return drawNote(block.parts, scene);
      case "picture":
        return [drawWords(attachmentInWords(block.picture))];
      case "actions":
        return drawActions(block.buttons, scene, mayDecide, row);
      default:
        return never(block);
    }
  });
}

function drawText(markdown: string, hosts: readonly string[] | null, short: boolean): SlackBlock[] {
  const text = safeMarkdown(markdown, hosts).trim();
  if (short && text.length > excerpt) {
    const [head = ""] = splitMarkdown(text, excerpt, maxElements - 1);
    return [{ type: "markdown", text: `${head}\n\n… The whole text is in the file below.` }];
  }
  return splitMarkdown(text, maxMarkdown, maxElements).map((piece) => ({ type: "markdown", text: piece }));
}

const tooLong = drawWords(`This is too long to be shown whole here (over ${maxCall} characters).`);

/** Blocks into messages, in order, within the limits of one message. */
function pack(blocks: SlackBlock[], summary: string): Part[] {
  const text = cut(plainMrkdwn(oneLine(summary)) || "…", maxSummary);
  const parts: Part[] = [];
  let current: SlackBlock[] = [];
  let held = { markdown: 0, characters: 0, elements: 0 };
  for (const block of blocks) {
    const more = weightOf(block);
    const sum = {
      markdown: held.markdown + more.markdown,
      characters: held.characters + more.characters,
      elements: held.elements + more.elements,
    };
    const isOver = sum.markdown > maxMarkdown || sum.characters > maxCharacters || sum.elements > maxElements;
    if (current.length > 0 && isOver) {
      parts.push({ text, blocks: current });
      current = [];
    }
    held = current.length === 0 ? more : sum;
    current.push(block);
  }
  if (current.length > 0 || parts.length === 0) parts.push({ text, blocks: current });
  return parts;
}

function weightOf(block: SlackBlock): { markdown: number; characters: number; elements: number } {
  if (block.type !== "markdown") return { markdown: 0, characters: charactersIn(block), elements: 1 };
  const { length } = block.text;
  return { markdown: length, characters: length, elements: Math.max(1, elementStarts(block.text).length) };
}

/** All that stands under `text` in it, at any depth. */
function charactersIn(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return Object.entries(value).reduce(
    (sum, [key, inner]) =>
      sum + (key === "text" && typeof inner === "string" ? inner.length : charactersIn(inner)),
    0,
  );
}
