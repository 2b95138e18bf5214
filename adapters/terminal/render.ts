/** A message as lines of text: what the terminal shows for it. Pure. */

import type { Block, Button, Inline, Message, StepLine } from "../../src/core/message.ts";
import { never } from "../../src/core/never.ts";
import { attachmentInWords } from "../../src/core/text/attachment.ts";
import { tookInWords } from "../../src/core/text/duration.ts";
import { ruleInWords } from "../../src/core/text/rules.ts";
import { earlierSteps, stepMarks } from "../../src/core/text/steps.ts";
import { visible, visibleLine } from "../../src/core/text/visible.ts";
import { type Line, type Span, span } from "./line.ts";
import { drawMarkdown } from "./markdown.ts";
import { areNumbered, isAsking } from "./parse.ts";

/** What drawing depends on besides the message. */
export interface Scene {
  /** ms; times of another day are shown with their date */
  now: number;
  /** IANA name; undefined: this machine's. */
  timeZone: string | undefined;
}

/** A message without blocks is its summary. */
export function render(message: Message, scene: Scene): Line[] {
  if (message.blocks.length === 0) return [line([span(message.summary)])];
  // What can be stopped goes on, and its state in words will be another one soon.
  const goesOn = message.blocks.some(
    (block) => block.type === "actions" && block.buttons.some((button) => button.action === "stop"),
  );
  return message.blocks.flatMap((block) => drawBlock(block, scene, goesOn));
}

function line(spans: Span[], more: Partial<Line> = {}): Line {
  return { spans, indent: 0, passing: false, ...more };
}

function drawBlock(block: Block, scene: Scene, goesOn: boolean): Line[] {
  switch (block.type) {
    case "heading": {
      const note = block.note.map((part) => drawInline(part, scene, "dim"));
      return [line([span(block.text, "strong"), ...(note.length > 0 ? [span(" — ", "dim"), ...note] : [])])];
    }
    case "text":
      return drawMarkdown(block.markdown);
    case "steps":
      return [...folded(block.folded, goesOn), ...block.lines.map(drawStep)];
    case "fields":
      return drawFields(block.fields);
    case "note":
      return [
        line(
          block.parts.map((part) => drawInline(part, scene, "dim")),
          { passing: goesOn },
        ),
      ];
    case "picture":
      return [line([span(`${attachmentInWords(block.picture)}: see it in the console`, "dim")])];
    case "actions":
      return drawActions(block.buttons);
    default:
      return never(block);
  }
}

/** At the end it stays: an outcome that holds a passing line would not be told again once it scrolled out. */
function folded(count: number, goesOn: boolean): Line[] {
  if (count === 0) return [];
  return [line([span(earlierSteps(count), "dim")], { passing: goesOn })];
}

const styles = {
  done: "good",
  running: "waiting",
  waiting: "waiting",
  failed: "bad",
  note: "dim",
} as const satisfies Record<StepLine["shape"], Span["style"]>;

function drawStep({ shape, title, detail, ms }: StepLine): Line {
  const took = tookInWords(ms);
  const spans = [
    span(stepMarks[shape], styles[shape]),
    span(` ${title}`, "strong"),
    span(detail === "" ? "" : `  ${detail}`),
    ...(took === "" ? [] : [span(`  ${took}`, "dim")]),
  ];
  return line(spans, { passing: shape === "running" || shape === "waiting" });
}

/** Every argument whole; long values on lines of their own. */
function drawFields(fields: readonly { name: string; value: string }[]): Line[] {
  const shown = fields.map(({ name, value }) => ({ name: visibleLine(name), value: visible(value) }));
  const column = Math.min(24, Math.max(...shown.map(({ name }) => name.length)));
  return shown.flatMap(({ name, value }) => {
    const label = span(name.padEnd(column), "dim");
    if (!value.includes("\n")) return [line([label, span(`  ${value}`)], { indent: 2 })];
    return [line([label], { indent: 2 }), line([span(value)], { indent: 4 })];
  });
}

function drawInline(part: Inline, { now, timeZone }: Scene, style: "plain" | "dim"): Span {
  if (typeof part === "string") return span(part, style);
  if ("person" in part) return span(part.person.name, part.ping === true ? "strong" : style);
  if ("rule" in part) {
    return span(ruleInWords(part.rule), part.ping === true ? "strong" : style);
  }
  if ("time" in part) return span(timeOf(part.time, now, timeZone), style);
  return "code" in part ? span(part.code, "code") : span(part.strong, "strong");
}

function timeOf(at: number, now: number, timeZone: string | undefined): string {
  const day = new Intl.DateTimeFormat("en-CA", { dateStyle: "short", timeZone });
  const time = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium", timeZone }).format(at);
  return day.format(at) === day.format(now) ? time : `${day.format(at)} ${time}`;
}

/** Buttons become what to type: numbers for choices, letters for approvals, words after a slash for the rest. */
function drawActions(buttons: readonly Button[]): Line[] {
  const choices = buttons.filter(({ action }) => action === "choose");
  const numbered = areNumbered(choices);
  const lines = choices.map(({ label }, index) =>
    line([span(numbered ? `${index + 1}. ` : "- ", "strong"), span(label)], { indent: 2 }),
  );
  const hints = [
    ...(choices.length > 0 ? [numbered ? "type the number" : "type one of them"] : []),
    ...buttons.flatMap(({ action }) => hintOf[action] ?? []),
  ];
  const isQuestion = buttons.some(isAsking);
  return hints.length > 0
    ? [...lines, line([span(hints.join(" · "), "dim")], { passing: !isQuestion })]
    : lines;
}

const hintOf: Partial<Record<Button["action"], string>> = {
  reply: "type an answer",
  approve: "y approves",
  refuse: "n and a reason refuses",
  edit: "e changes the arguments",
  undo: "/undo",
  stop: "/stop",
  pause: "/pause",
  resume: "/resume",
};
