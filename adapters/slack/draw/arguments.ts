/** A call's arguments as inputs of a modal, and back: what is submitted is what will run. */
import type { types } from "@slack/bolt";
import { lostDigits } from "../../../src/core/text/digits.ts";
import { isSeen, visibleJson } from "../../../src/core/text/visible.ts";
import { at, textAt } from "../payload.ts";

type ViewBlock = types.View["blocks"][number];
type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Slack's limit for the text of one input. */
const maxInput = 3000;
const maxFields = 20;
const jsonBlock = "arguments";

/**
 * One input per argument when all are plain values that fit and hide no character, else the whole as JSON; null
 * when even that does not fit.
 */
export function argumentBlocks(input: unknown): ViewBlock[] | null {
  const entries = typeof input === "object" && input !== null ? Object.entries(input) : [];
  if (entries.length > 0 && entries.length <= maxFields && entries.every(fitsOneInput)) {
    return entries.map(([name, value]) => argumentBlock(name, value));
  }
  const json = visibleJson(input, 2);
  return json.length > maxInput ? null : [textBlock(jsonBlock, "Arguments (JSON)", "json", json, true)];
}

function fitsOneInput([name, value]: [string, unknown]): boolean {
  if (name.length > 100 || !isSeen(name)) return false;
  if (typeof value === "string") return value.length <= maxInput && isSeen(value);
  return value === null || typeof value === "number" || typeof value === "boolean";
}

/** The block of the input for this argument, where each has its own. */
export function argumentInput(name: string): string {
  return `arg:${name}`;
}

/** The type rides in the action id, so that reading back needs nothing else. */
function argumentBlock(name: string, value: string | number | boolean | null): ViewBlock {
  const id = argumentInput(name);
  if (typeof value === "boolean") return booleanBlock(id, name, value);
  if (typeof value === "string") return textBlock(id, name, "string", value, value.length > 80);
  return textBlock(id, name, value === null ? "null" : "number", value === null ? "" : String(value), false);
}

function textBlock(id: string, label: string, type: string, value: string, multiline: boolean): ViewBlock {
  return {
    type: "input",
    block_id: id,
    optional: type === "string" || type === "null",
    label: { type: "plain_text", text: label },
    element: {
      type: "plain_text_input",
      action_id: type,
      multiline: multiline || value.includes("\n"),
      max_length: maxInput,
      ...(value === "" ? {} : { initial_value: value }),
    },
  };
}

function booleanBlock(id: string, label: string, value: boolean): ViewBlock {
  const options = ["true", "false"].map((word) => ({
    text: { type: "plain_text" as const, text: word },
    value: word,
  }));
  const chosen = options[value ? 0 : 1];
  return {
    type: "input",
    block_id: id,
    label: { type: "plain_text", text: label },
    element: {
      type: "static_select",
      action_id: "boolean",
      options,
      ...(chosen ? { initial_option: chosen } : {}),
    },
  };
}

/** What a submitted modal comes to, before the tool's own check. */
export type ReadArguments =
  | { ok: true; input: Record<string, Json> }
  /** Words by block id, as Slack shows them under the inputs. */
  | { ok: false; errors: Record<string, string> };

/** `values` is `view.state.values`: block id → action id → element state. */
export function readArguments(values: unknown): ReadArguments {
  const input: Record<string, Json> = {};
  const errors: Record<string, string> = {};
  for (const [block, states] of Object.entries(values ?? {})) {
    const [type = "", state] = Object.entries(states ?? {})[0] ?? [];
    const text = textAt(state, "value") ?? textAt(state, "selected_option", "value") ?? "";
    if (block === jsonBlock) return readJson(text);
    const value = readValue(type, text);
    if (value === undefined) errors[block] = `This must be a ${type}.`;
    else defineOwn(input, block.slice("arg:".length), value);
  }
  return Object.keys(errors).length > 0 ? { ok: false, errors } : { ok: true, input };
}

/** An argument may be called `__proto__`: plain assignment would lose it. */
function defineOwn(input: Record<string, Json>, name: string, value: Json): void {
  Object.defineProperty(input, name, { value, enumerable: true, configurable: true, writable: true });
}

function readValue(type: string, text: string): Json | undefined {
  switch (type) {
    case "boolean":
      return text === "true" ? true : text === "false" ? false : undefined;
    case "number":
      return readNumber(text.trim());
    case "null":
      return text === "" ? null : text;
    default:
      return text;
  }
}

/** Numbers that would be rounded are refused: what runs must be what was written. */
function readNumber(text: string): number | undefined {
  const value = Number(text);
  if (text === "" || !Number.isFinite(value)) return undefined;
  return lostDigits(text) === null ? value : undefined;
}

function readJson(text: string): ReadArguments {
  try {
    const input: unknown = JSON.parse(text);
    const lost = lostDigits(text);
    if (lost !== null) return { ok: false, errors: { [jsonBlock]: `${lost}.` } };
    if (typeof input === "object" && input !== null && !Array.isArray(input)) {
      return { ok: true, input: input as Record<string, Json> };
    }
    return { ok: false, errors: { [jsonBlock]: "This must be a JSON object: { … }." } };
  } catch (error) {
    return { ok: false, errors: { [jsonBlock]: `This is no valid JSON: ${at(error, "message")}` } };
  }
}
