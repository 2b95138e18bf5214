/** What a call of a foreign tool came to: text for the model, and the pictures, sounds and files beside it. */
import type { CallToolResult, ContentBlock } from "@modelcontextprotocol/client";
import { shownUrl } from "../../src/core/text/shown-url.ts";
import { onlySeen } from "../../src/core/text/visible.ts";
import { type ToolAttachment, WithAttachments } from "../../src/tools/contract.ts";

/** `text`: the structured part when there is one, else the words; links in it are named and not followed. */
interface Told {
  text: string;
  files: ToolAttachment[];
}

export function toldOf({ structuredContent, content }: CallToolResult): Told {
  const blocks = content ?? [];
  const words = structuredContent === undefined ? blocks : blocks.filter((block) => block.type !== "text");
  const files: ToolAttachment[] = [];
  const parts = words.map((block) => blockText(block, files));
  if (structuredContent !== undefined) parts.unshift(JSON.stringify(structuredContent));
  return { text: parts.length === 0 ? "(no output)" : parts.join("\n"), files };
}

export function withFiles({ text, files }: Told): string | WithAttachments {
  return files.length === 0 ? text : new WithAttachments(text, files);
}

function blockText(block: ContentBlock, files: ToolAttachment[]): string {
  switch (block.type) {
    case "text":
      return block.text;
    case "image":
    case "audio": {
      const { type, data, mimeType } = block;
      return filed(files, {
        name: nameOf(type, files, mimeType),
        mediaType: mimeType,
        data,
        alt: `${type} of the result`,
      });
    }
    case "resource_link":
      return `[a link, not followed: ${inLine(block.name)}, ${inLine(block.uri)}]`;
    case "resource": {
      const { resource } = block;
      const from = inLine(sourceOf(resource.uri));
      if ("text" in resource) return `[${from}]\n${resource.text}`;
      const { mimeType = "application/octet-stream", blob } = resource;
      return filed(files, { name: from, mediaType: mimeType, data: blob, alt: from });
    }
  }
}

/** What is here already needs no key to it any more: an address may be signed. */
function sourceOf(uri: string): string {
  const url = /^https?:/i.test(uri) ? URL.parse(uri) : null;
  return url === null ? uri : shownUrl(url);
}

/** `data` is base64; what is none is told, and kept nowhere. */
function filed(
  files: ToolAttachment[],
  { name, mediaType, data, alt }: { name: string; mediaType: string; data: string; alt: string },
): string {
  const bytes = Buffer.from(data, "base64");
  if (bytes.length === 0) return `[${inLine(name)}: ${inLine(mediaType)}, empty]`;
  files.push({ name, mediaType, bytes, alt });
  return `[attached: ${inLine(name)}, ${inLine(mediaType)}, ${bytes.length} bytes]`;
}

/** `image-1.png` */
function nameOf(type: string, files: readonly unknown[], mimeType: string): string {
  const [, ending = "bin"] = /^[a-z]+\/([a-z\d]{1,10})/.exec(mimeType) ?? [];
  return `${type}-${files.length + 1}.${ending}`;
}

function inLine(text: string): string {
  return onlySeen(text).replaceAll("\n", " ").slice(0, 200).toWellFormed();
}
