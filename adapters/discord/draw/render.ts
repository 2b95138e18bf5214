/** A message drawn for Discord: one to three messages of components, or one with a file when it is longer. */
import { type APIContainerComponent, ComponentType } from "discord.js";
import { type Block, linkHosts, type Message, type StepLine } from "../../../src/core/message.ts";
import { tooLongToApprove, withoutDeciding } from "../../../src/core/narrate/shown-whole.ts";
import { never } from "../../../src/core/never.ts";
import { attachmentInWords } from "../../../src/core/text/attachment.ts";
import { tookInWords } from "../../../src/core/text/duration.ts";
import { codeBlock, codeSpan } from "../../../src/core/text/markdown-code.ts";
import { earlierSteps, stepMarks } from "../../../src/core/text/steps.ts";
import { visible, visibleLine } from "../../../src/core/text/visible.ts";
import { rowsOf } from "./controls.ts";
import { inlines, type Pings, pingsOf } from "./inline.ts";
import { plain, split, written } from "./markdown.ts";
import { type Components, maxRows, type Page, type Piece, packed, type SheetFile } from "./pages.ts";

/** A longer post becomes an excerpt with the whole in a file. */
const maxSheets = 3;
const excerpt = 1_200;

/** One Discord message. */
export interface Sheet {
  container: APIContainerComponent;
  /** The only ones that this message may notify. */
  pings: Pings;
  file: SheetFile | null;
}

/** What drawing needs beside the message. */
export interface Drawing {
  publicUrl: string | null;
  trustedLinkHosts: readonly string[];
  /** Bytes by hash; of a picture without any only its name is said. */
  pictures?: ReadonlyMap<string, Uint8Array>;
  /** The mark of the nth sheet (see nonce.ts). */
  mark(sheet: number): number;
}

/** Only the first sheet pings. A message without blocks is its summary. */
export function render(message: Message, drawing: Drawing): Sheet[] {
  const pages = packed(piecesOf(message.blocks, drawing));
  const sheets = pages.length > 0 ? pages : packed([summaryPiece(message.summary)]);
  const drawn = sheets.length > maxSheets ? [excerptOf(message.blocks, drawing)] : sheets;
  const pings = pingsOf(message);
  return drawn.map((sheet, index) => ({
    container: { type: ComponentType.Container, id: drawing.mark(index), components: sheet.components },
    pings: index === 0 ? pings : { users: [], roles: [] },
    file: sheet.file,
  }));
}

/** What stands in a message that a post needs no more. */
export function emptySheet(mark: number): Sheet {
  const components: Components = [{ type: ComponentType.TextDisplay, content: "–" }];
  const container = { type: ComponentType.Container as const, id: mark, components };
  return { container, pings: { users: [], roles: [] }, file: null };
}

function piecesOf(blocks: readonly Block[], drawing: Drawing): Piece[] {
  const used = new Set<string>();
  return blocks.map((block) => pieceOf(block, drawing, used));
}

/** For a message in which nothing can be drawn. */
function summaryPiece(summary: string): Piece {
  return { text: plain(summary).trim() || "–", source: summary };
}

/** `used`: custom ids so far; Discord refuses a message that has one twice. */
function pieceOf(block: Block, drawing: Drawing, used: Set<string>): Piece {
  switch (block.type) {
    case "heading": {
      const note = block.note.length > 0 ? `\n${small(inlines(block.note))}` : "";
      return { text: `### ${oneLine(plain(block.text))}${note}`, source: `# ${block.text}` };
    }
    case "text":
      return {
        text: written(block.markdown, linkHosts(block, drawing.trustedLinkHosts)),
        source: block.markdown,
      };
    case "steps":
      return { text: stepsText(block.folded, block.lines), source: stepsText(block.folded, block.lines) };
    case "fields":
      return {
        text: block.fields
          .map((field) => `**${plain(visibleLine(field.name))}** ${value(visible(field.value))}`)
          .join("\n"),
        source: block.fields.map((field) => `${field.name}: ${field.value}`).join("\n"),
      };
    case "note":
      return { text: small(inlines(block.parts)), source: inlines(block.parts) };
    case "picture": {
      const bytes = drawing.pictures?.get(block.picture.hash);
      if (bytes !== undefined) return { picture: block.picture, bytes };
      const words = attachmentInWords(block.picture);
      return { text: small(plain(words)), source: words };
    }
    case "actions":
      return { rows: rowsOf(block.buttons, drawing.publicUrl, used) };
    default:
      return never(block);
  }
}

function oneLine(text: string): string {
  return text.replaceAll("\n", " ");
}

function small(text: string): string {
  return text
    .split("\n")
    .map((line) => `-# ${line}`)
    .join("\n");
}

function value(text: string): string {
  return text.includes("\n") || text.length > 200 ? `\n${codeBlock(text)}` : codeSpan(text);
}

function stepsText(folded: number, lines: readonly StepLine[]): string {
  const earlier = folded > 0 ? [`-# ${earlierSteps(folded)}`] : [];
  return [...earlier, ...lines.map(stepText)].join("\n");
}

function stepText(line: StepLine): string {
  const detail = line.detail === "" ? "" : ` ${oneLine(plain(line.detail))}`;
  const took = tookInWords(line.ms);
  const time = took === "" ? "" : ` · ${took}`;
  return `${stepMarks[line.shape]} **${oneLine(plain(line.title))}**${detail}${time}`;
}

/** The beginning and the buttons in a message, everything in a file. What is cut can't be approved here. */
function excerptOf(blocks: readonly Block[], drawing: Drawing): Page {
  const kept = blocks.map(
    (block): Block =>
      block.type === "actions" ? { ...block, buttons: withoutDeciding(block.buttons) } : block,
  );
  const pieces = piecesOf(kept, drawing);
  const texts = pieces.flatMap((piece) => ("text" in piece ? [piece] : []));
  const rows = pieces.flatMap((piece) => ("rows" in piece ? piece.rows : [])).slice(0, maxRows);
  const whole = texts.map((piece) => piece.text).join("\n");
  // No line that begins in the first part is cut by what is left out here: its pieces are shorter.
  const beginning = split(whole.slice(0, 2 * excerpt), excerpt)[0] ?? "";
  const words = ["… The whole text is in the file.", ...(decides(blocks) ? [tooLongToApprove] : [])];
  const name = "whole.md";
  const components: Components = [
    { type: ComponentType.TextDisplay, content: `${beginning}\n${small(words.join("\n"))}` },
    { type: ComponentType.File, file: { url: `attachment://${name}` } },
    ...rows,
  ];
  return {
    components,
    file: { name, data: texts.map((piece) => piece.source).join("\n\n") },
  };
}

function decides(blocks: readonly Block[]): boolean {
  return blocks.some(
    (block) => block.type === "actions" && withoutDeciding(block.buttons).length < block.buttons.length,
  );
}
