/** Reads Slack's blocks as what they show. People stay ids (`<@U1>`) until their names are looked up. */
import type { Part } from "../../../src/core/text/readable.ts";
import { readMrkdwn } from "../draw/escape.ts";
import { at, listAt, textAt } from "../payload.ts";

/** Blocks inside of blocks are read so deep. */
const deepest = 6;

/** One block; a kind that is not known shows the texts that are in it, or is named. */
export function partsOfBlock(block: unknown, depth = 0): Part[] {
  const type = textAt(block, "type") ?? "unknown";
  switch (type) {
    case "divider":
    case "input":
      return [];
    case "actions":
    case "context_actions":
      return buttonsOf(block);
    case "section":
      return [card({ text: textOf(at(block, "text")), fields: fieldsOf(block) }), ...titled(block)];
    case "context":
      return [line(listAt(block, "elements").map(elementText).filter(Boolean).join(" · "))];
    case "rich_text":
      return [
        line(
          listAt(block, "elements")
            .map((each) => richText(each))
            .join("\n"),
        ),
      ];
    case "table":
    case "data_table":
      return [{ type: "table", rows: rowsOf(block) }];
    case "image":
    case "video":
    case "file":
      return [{ type: "unread", what: kinds[type] ?? "a file", name: nameOf(block) }];
    default:
      return otherBlock(block, type, depth);
  }
}

const kinds: Record<string, string> = { image: "an image", video: "a video", file: "a file" };

function line(text: string): Part {
  return { type: "text", text };
}

function card(of: { text: string; fields: string[] }): Part {
  return { type: "card", text: of.text, fields: of.fields.map((value) => ({ name: "", value })) };
}

function fieldsOf(block: unknown): string[] {
  return listAt(block, "fields").map(textOf);
}

/** The picture beside a section. */
function titled(block: unknown): Part[] {
  return textAt(block, "accessory", "type") === "image" ? partsOfBlock(at(block, "accessory")) : [];
}

/** Header, markdown, alert, card, container and whatever comes later: all texts inside, in their order. */
function otherBlock(block: unknown, type: string, depth: number): Part[] {
  const own = textOf(at(block, "text"));
  const named = ["title", "subtitle", "body", "description"].map((name) => textOf(at(block, name)));
  const inner =
    depth > deepest
      ? []
      : ["blocks", "elements", "child_blocks", "tasks"].flatMap((name) =>
          listAt(block, name).flatMap((each) => partsOfBlock(each, depth + 1)),
        );
  const texts = [...named, own].filter(Boolean).map(line);
  if (texts.length + inner.length > 0) return [...texts, ...inner];
  return [{ type: "unread", what: `a part of the kind “${type.slice(0, 40)}”`, name: null }];
}

function buttonsOf(block: unknown): Part[] {
  const names = listAt(block, "elements")
    .map((each) => textOf(at(each, "text")))
    .filter(Boolean);
  return names.length === 0 ? [] : [line(`[buttons: ${names.join(", ")}]`)];
}

/** A text object, or a text that stands there as it is. */
function textOf(value: unknown): string {
  if (typeof value === "string") return readMrkdwn(value).trim();
  const text = textAt(value, "text") ?? "";
  const type = textAt(value, "type");
  if (type === "rich_text")
    return listAt(value, "elements")
      .map((each) => richText(each))
      .join("\n");
  return (type === "plain_text" || type === "raw_text" ? text : readMrkdwn(text)).trim();
}

function elementText(element: unknown): string {
  if (textAt(element, "type") !== "image") return textOf(element);
  return `[not read: an image${nameOf(element) === null ? "" : `: ${nameOf(element)}`}]`;
}

function nameOf(block: unknown): string | null {
  return textAt(block, "alt_text") ?? textAt(block, "title", "text") ?? textAt(block, "title");
}

function rowsOf(block: unknown): string[][] {
  return listAt(block, "rows").map((row) => {
    const cells = Array.isArray(row) ? row : listAt(row, "cells");
    return cells.map(textOf);
  });
}

/** Of a rich text: a section, a list, a quote, code, or one of their elements. */
function richText(element: unknown, depth = 0): string {
  if (depth > deepest) return "";
  const inner = () => listAt(element, "elements").map((each) => richText(each, depth + 1));
  switch (textAt(element, "type")) {
    case "rich_text_list":
      return inner()
        .map((text, index) =>
          textAt(element, "style") === "ordered" ? `${index + 1}. ${text}` : `- ${text}`,
        )
        .join("\n");
    case "rich_text_quote":
      return `> ${inner().join("").replaceAll("\n", "\n> ")}`;
    case "rich_text_preformatted":
      return `\`\`\`\n${inner().join("")}\n\`\`\``;
    case "user":
      return `<@${textAt(element, "user_id") ?? ""}>`;
    case "usergroup":
      return `<!subteam^${textAt(element, "usergroup_id") ?? ""}>`;
    case "channel":
      return `#${textAt(element, "channel_id") ?? ""}`;
    case "broadcast":
      return `@${textAt(element, "range") ?? ""}`;
    case "emoji":
      return `:${textAt(element, "name") ?? ""}:`;
    case "link":
      return linkOf(textAt(element, "text"), textAt(element, "url") ?? "");
    case "date":
      return textAt(element, "fallback") ?? "";
    default:
      return textAt(element, "text") ?? inner().join("");
  }
}

function linkOf(label: string | null, url: string): string {
  return label === null || url.includes(label) ? url : `${label} (${url})`;
}
