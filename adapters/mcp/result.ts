/** What a call of a foreign tool came to, as text for the model. */
import type { CallToolResult, ContentBlock } from "@modelcontextprotocol/client";
import { onlySeen } from "../../src/core/text/visible.ts";

/** The structured part when there is one, else the text; what is no text is named and counted. */
export function textOf({ structuredContent, content }: CallToolResult): string {
  const blocks = content ?? [];
  const words = structuredContent === undefined ? blocks : blocks.filter((block) => block.type !== "text");
  const parts = words.map(blockText);
  if (structuredContent !== undefined) parts.unshift(JSON.stringify(structuredContent));
  return parts.length === 0 ? "(no output)" : parts.join("\n");
}

function blockText(block: ContentBlock): string {
  switch (block.type) {
    case "text":
      return block.text;
    case "image":
    case "audio":
      return `[${block.type}: ${inLine(block.mimeType)}, ${bytesOf(block.data)} bytes, not shown]`;
    case "resource_link":
      return `[a link, not followed: ${inLine(block.name)}, ${inLine(block.uri)}]`;
    case "resource": {
      const { resource } = block;
      if ("text" in resource) return `[${inLine(resource.uri)}]\n${resource.text}`;
      return `[${inLine(resource.uri)}: ${inLine(resource.mimeType ?? "no type")}, ${bytesOf(resource.blob)} bytes, not shown]`;
    }
  }
}

function inLine(text: string): string {
  return onlySeen(text).replaceAll("\n", " ").slice(0, 200).toWellFormed();
}

function bytesOf(base64: string): number {
  return Math.floor((base64.replace(/=+$/, "").length * 3) / 4);
}
