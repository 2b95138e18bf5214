/** A message as a file: everything that it says, without the buttons. */
import type { Block, Inline, Message } from "../../../src/core/message.ts";
import { never } from "../../../src/core/never.ts";
import { attachmentInWords } from "../../../src/core/text/attachment.ts";
import { tookInWords } from "../../../src/core/text/duration.ts";
import { ruleInWords } from "../../../src/core/text/rules.ts";
import { earlierSteps, stepMarks } from "../../../src/core/text/steps.ts";
import { timeInWords } from "../../../src/core/text/time.ts";
import { visible, visibleLine } from "../../../src/core/text/visible.ts";
import { harmless } from "./escape.ts";
import type { Scene } from "./inline.ts";

/** Markdown. `names`: of principals and groups, as far as they are known. */
export function wholeText(message: Message, names: Scene["names"]): string {
  const texts = message.blocks.map((block) => wordsOf(block, names)).filter((text) => text !== "");
  return harmless(texts.length === 0 ? message.summary : texts.join("\n\n"));
}

function wordsOf(block: Block, names: Scene["names"]): string {
  const line = (parts: readonly Inline[]) => parts.map((part) => inlineWords(part, names)).join("");
  switch (block.type) {
    case "heading":
      return [`# ${block.text}`, line(block.note)].filter(Boolean).join("\n\n");
    case "text":
      return block.markdown;
    case "steps": {
      const lines = block.lines.map(
        ({ shape, title, detail, ms }) =>
          `- ${[stepMarks[shape], title, detail, tookInWords(ms)].filter(Boolean).join(" ")}`,
      );
      return [...(block.folded === 0 ? [] : [`- ${earlierSteps(block.folded)}`]), ...lines].join("\n");
    }
    case "fields":
      return block.fields.map(({ name, value }) => `${visibleLine(name)}: ${visible(value)}`).join("\n");
    case "note":
      return line(block.parts);
    case "picture":
      return attachmentInWords(block.picture);
    case "actions":
      return "";
    default:
      return never(block);
  }
}

function inlineWords(part: Inline, names: Scene["names"]): string {
  if (typeof part === "string") return part;
  if ("person" in part) return part.person.name;
  if ("rule" in part) return ruleInWords(part.rule, { names });
  if ("time" in part) return timeInWords(part.time);
  return "code" in part ? part.code : part.strong;
}
