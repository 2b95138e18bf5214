/** Blocks of a message as Slack's blocks, each within its limits. */
import type { types } from "@slack/bolt";
import type { Block, Button } from "../../../src/core/message.ts";
import { tooLongToApprove, withoutDeciding } from "../../../src/core/narrate/shown-whole.ts";
import { cut, oneLine } from "../../../src/core/text/brief.ts";
import { tookInWords } from "../../../src/core/text/duration.ts";
import { earlierSteps, stepMarks } from "../../../src/core/text/steps.ts";
import { visible, visibleLine } from "../../../src/core/text/visible.ts";
import { withoutBroadcasts, withoutControls } from "./escape.ts";
import { inlineMrkdwn, type Scene } from "./inline.ts";

/** Block Kit as the SDK types it. docs.slack.dev, "Blocks". */
export type SlackBlock = types.KnownBlock;
type Word = types.RichTextText;

const limits = { context: 2800, heading: 300, line: 200, button: 75, value: 2000, actions: 25, url: 3000 };
/** A call up to this size is shown whole; a longer one can't be approved here. */
export const maxCall = 3000;

/** Cut to Slack's limit and never empty, which Slack would refuse. */
export function drawHeading(block: Extract<Block, { type: "heading" }>, scene: Scene): SlackBlock[] {
  const heading = richText([word(cut(oneLine(block.text), limits.heading) || " ", { bold: true })]);
  return block.note.length === 0 ? [heading] : [heading, ...drawNote(block.note, scene)];
}

/** Whole parts only: a mention that is cut in the middle would be text. */
export function drawNote(parts: Extract<Block, { type: "note" }>["parts"], scene: Scene): SlackBlock[] {
  let text = "";
  for (const part of parts) {
    const drawn = inlineMrkdwn(part, scene);
    if (text.length + drawn.length > limits.context) {
      text += typeof part === "string" ? cut(drawn, Math.max(1, limits.context - text.length)) : "…";
      break;
    }
    text += drawn;
  }
  if (text.trim() === "") return [];
  return [{ type: "context", elements: [{ type: "mrkdwn", text: withoutBroadcasts(text), verbatim: true }] }];
}

/** The last ten at most, with a word about how many are not shown; nothing for no steps. */
export function drawSteps(block: Extract<Block, { type: "steps" }>): SlackBlock[] {
  // Narration shows a handful; the rest of an unusual many is folded here too.
  const shown = block.lines.slice(-10);
  const folded = block.folded + block.lines.length - shown.length;
  const words: Word[] = folded === 0 ? [] : [word(earlierSteps(folded), { italic: true })];
  for (const line of shown) {
    if (words.length > 0) words.push(word("\n"));
    words.push(word(`${stepMarks[line.shape]} `), word(cut(oneLine(line.title), 80) || " ", { bold: true }));
    const detail = cut(oneLine(line.detail), limits.line);
    if (detail !== "") words.push(word(`  ${detail}`));
    const took = tookInWords(line.ms);
    if (took !== "") words.push(word(`  ${took}`, { italic: true }));
  }
  return words.length === 0 ? [] : [richText(words)];
}

/** Null when the call is too long to be shown whole: then it must not be approved from here. */
export function drawFields(block: Extract<Block, { type: "fields" }>): SlackBlock[] | null {
  const fields = block.fields.map(({ name, value }) => ({ name: visibleLine(name), value: visible(value) }));
  const size = fields.reduce((sum, { name, value }) => sum + name.length + value.length, 0);
  if (size > maxCall || fields.length > 50) return null;
  const elements: types.RichTextBlockElement[] = [];
  let line: Word[] = [];
  const flush = () => {
    if (line.length > 0) elements.push({ type: "rich_text_section", elements: line });
    line = [];
  };
  for (const { name, value } of fields) {
    if (line.length > 0) line.push(word("\n"));
    line.push(word(name, { bold: true }), word("  "));
    if (value.includes("\n") || value.length > 120) {
      flush();
      elements.push({ type: "rich_text_preformatted", elements: [word(value)] });
    } else {
      line.push(word(value, { code: true }));
    }
  }
  flush();
  return elements.length === 0 ? [] : [{ type: "rich_text", elements }];
}

/**
 * `mayDecide` false: something of the call is not shown, so it can't be approved here. `row`: unique in the message.
 */
export function drawActions(
  buttons: readonly Button[],
  scene: Scene,
  mayDecide: boolean,
  row: number,
): SlackBlock[] {
  const kept = mayDecide ? buttons : withoutDeciding(buttons);
  const drawn = kept
    .map((button, index) => drawButton(button, `${row}.${index}`, scene))
    .filter((button) => button !== null);
  const rows: SlackBlock[] = kept.length < buttons.length ? [drawWords(tooLongToApprove)] : [];
  for (let from = 0; from < drawn.length; from += limits.actions) {
    rows.push({ type: "actions", elements: drawn.slice(from, from + limits.actions) });
  }
  return rows;
}

/** Plain text: no character of it is markup. */
export function drawWords(text: string): SlackBlock {
  return { type: "section", text: { type: "plain_text", text, emoji: false } };
}

/** The value holds ids only: what a press may do is decided when it arrives. Null: it can't be drawn. */
function drawButton(button: Button, id: string, scene: Scene): types.Button | null {
  const text = {
    type: "plain_text" as const,
    text: cut(oneLine(button.label), limits.button) || "…",
    emoji: false,
  };
  const action_id = `belay:${button.action}:${id}`;
  const style = button.style === "plain" ? {} : { style: button.style };
  if (button.action === "open") {
    const url = runUrl(button.runId, scene);
    return url === null ? null : { type: "button", text, action_id, url, ...style };
  }
  const value = JSON.stringify({ r: button.runId, q: button.questionId, v: button.value });
  return value.length > limits.value ? null : { type: "button", text, action_id, value, ...style };
}

/** Null: there is no console to link to. */
export function runUrl(runId: string, scene: Pick<Scene, "publicUrl">): string | null {
  if (scene.publicUrl === null) return null;
  const url = `${scene.publicUrl.replace(/\/+$/, "")}/runs/${encodeURIComponent(runId)}`;
  return url.length > limits.url ? null : url;
}

function richText(elements: Word[]): SlackBlock {
  return { type: "rich_text", elements: [{ type: "rich_text_section", elements }] };
}

/** Rich text elements hold text, not markup: only what is invisible has to go. */
function word(text: string, style?: types.RichTextStyleable["style"]): Word {
  return { type: "text", text: withoutControls(text), ...(style ? { style } : {}) };
}
