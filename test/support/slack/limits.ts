/** Slack's documented limits for messages and modals, and who a message would notify. */
import type { Part, Rendered } from "../../../adapters/slack/draw/render.ts";

type Json = Record<string, unknown>;

/** The limits that a rendering breaks, in words. */
export function brokenLimits(rendered: Rendered): string[] {
  const broken = rendered.parts.flatMap(brokenByPart);
  if (rendered.parts.length === 0) broken.push("no message at all");
  if (rendered.parts.length > 3) broken.push(`${rendered.parts.length} messages instead of a file`);
  return broken;
}

function brokenByPart(part: Part): string[] {
  const broken: string[] = [];
  const most = (what: string, size: number, limit: number) => {
    if (size > limit) broken.push(`${what}: ${size} > ${limit}`);
  };
  const least = (what: string, text: unknown) => {
    if (typeof text !== "string" || text === "") broken.push(`${what} is empty`);
  };
  most("text", part.text.length, 4000);
  least("text", part.text);
  most("blocks", part.blocks.length, 50);
  let markdown = 0;
  const actionIds: unknown[] = [];
  for (const block of part.blocks as unknown as Json[]) {
    if (block.type === "markdown") {
      markdown += String(block.text).length;
      least("markdown", block.text);
    }
    if (block.type === "section") most("section", String((block.text as Json).text).length, 3000);
    if (block.type === "context") {
      const elements = block.elements as Json[];
      most("context elements", elements.length, 10);
      for (const element of elements) {
        most("context", String(element.text).length, 3000);
        least("context", element.text);
      }
    }
    if (block.type === "rich_text") {
      const texts = strings(block, "text");
      most("rich text", texts.join("").length, 4000);
      for (const text of texts) least("rich text", text);
    }
    if (block.type === "actions") {
      const elements = block.elements as Json[];
      most("buttons in a row", elements.length, 25);
      if (elements.length === 0) broken.push("a row without buttons");
      for (const button of elements) {
        most("button text", String((button.text as Json).text).length, 75);
        least("button text", (button.text as Json).text);
        most("button value", String(button.value ?? "").length, 2000);
        most("button url", String(button.url ?? "").length, 3000);
        most("action id", String(button.action_id).length, 255);
        actionIds.push(button.action_id);
      }
    }
  }
  most("markdown of a message", markdown, 12_000);
  if (new Set(actionIds).size !== actionIds.length) broken.push("an action id twice");
  return broken;
}

/** Ids that the parts that Slack reads as markup would notify; rich text elements of type text are none. */
export function pings(rendered: Rendered): string[] {
  const markup = rendered.parts.flatMap((part) => [part.text, ...part.blocks.flatMap(markupOf)]).join("\n");
  const found = [
    ...markup.matchAll(/<(?:@([A-Z0-9]+)|!subteam\^([A-Z0-9]+)|!(channel|here|everyone))[^>]*>/g),
  ];
  const bare = [...markup.matchAll(/@(channel|here|everyone)\b/g)].map((match) => match[1] ?? "");
  return [...found.map((match) => match[1] ?? match[2] ?? match[3] ?? ""), ...bare];
}

function markupOf(block: unknown): string[] {
  const { type } = block as Json;
  if (type === "rich_text") return strings(block, "user_id").map((id) => `<@${id}>`);
  // Plain text objects hold no markup; mrkdwn objects and markdown blocks do.
  return type === "markdown" ? strings(block, "text").map(withoutBareInCode) : mrkdwnOf(block);
}

/** In code a bare name is no mention; what stands between `<` and `>` might still be one. */
function withoutBareInCode(markdown: string): string {
  return markdown.replace(/^```[\s\S]*?^```$|(`+)[^`\n]+(?:(?!\1)`+[^`\n]+)*\1/gm, (code) =>
    code.replace(/@+(?=(?:channel|here|everyone)\b)/g, ""),
  );
}

function mrkdwnOf(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  if ((value as Json).type === "mrkdwn") return [String((value as Json).text)];
  return Object.values(value).flatMap(mrkdwnOf);
}

/** Every string under a name, at any depth. */
function strings(value: unknown, name: string): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === name && typeof inner === "string" ? [inner] : strings(inner, name),
  );
}
