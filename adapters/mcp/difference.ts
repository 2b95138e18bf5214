/** What differs between a tool as it was accepted and as its server has it now, in words for people. */
import { cut } from "../../src/core/text/brief.ts";
import { visibleJson, visibleLine } from "../../src/core/text/visible.ts";
import { type Definition, sorted } from "./definition.ts";

const longestPart = 160;
const mostParts = 6;

/** `description: it was "…", it is "…"; input.path: new`. */
export function differenceOf(before: Definition, now: Definition): string {
  const parts: string[] = [];
  if (before.description !== now.description)
    parts.push(descriptionChange(before.description, now.description));
  compare(sorted(before.schema), sorted(now.schema), "schema", parts);
  const more = parts.length - mostParts;
  return [...parts.slice(0, mostParts), ...(more > 0 ? [`and ${more} more`] : [])].join("; ");
}

/** From where they part, so that what was added to a long text is seen. */
function descriptionChange(before: string, now: string): string {
  let start = 0;
  while (start < before.length && before[start] === now[start]) start += 1;
  const from = Math.max(0, start - 30);
  const part = (text: string) => visibleLine(cut(`${from > 0 ? "…" : ""}${text.slice(from)}`, longestPart));
  return `description: it was "${part(before)}", it is "${part(now)}"`;
}

function compare(before: unknown, now: unknown, path: string, parts: string[]): void {
  if (JSON.stringify(before) === JSON.stringify(now)) return;
  if (!isPlain(before) || !isPlain(now)) {
    parts.push(`${path}: it was ${short(before)}, it is ${short(now)}`);
    return;
  }
  for (const key of [...new Set([...Object.keys(before), ...Object.keys(now)])]) {
    const at = `${path}.${visibleLine(key)}`;
    if (!Object.hasOwn(now, key)) parts.push(`${at}: gone`);
    else if (!Object.hasOwn(before, key)) parts.push(`${at}: new, ${short(now[key])}`);
    else compare(before[key], now[key], at, parts);
  }
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function short(value: unknown): string {
  return cut(visibleJson(value), longestPart);
}
