/** A run's title from the fields of its delivery: "HighLatency on api-3" instead of the first words of a prompt. */
import { valueAt } from "./paths.ts";
import type { Json } from "./payload.ts";

const MAX_TITLE = 120;
const MAX_VALUE = 80;

/** Every `{path}` of a template. */
export function pathsIn(template: string): string[] {
  return [...template.matchAll(/\{([^{}]+)\}/g)].map(([, path = ""]) => path);
}

/**
 * One line of at most 120 characters, or null: no template has all its values. Whoever shows it escapes it: its words
 * are the sender's.
 */
export function titleOf(templates: readonly string[], payload: Json, headers: Headers): string | null {
  for (const template of templates) {
    const values = pathsIn(template).map((path) => inOneLine(valueAt(payload, headers, path)));
    if (values.includes("")) continue;
    const title = template.replace(/\{[^{}]+\}/g, () => values.shift() ?? "");
    return title.slice(0, MAX_TITLE).toWellFormed();
  }
  return null;
}

const factsInTitle = 3;

/**
 * Where no template holds: the webhook's name and the first of the facts that it picks, `build: api/main, FAILURE`. null:
 * it picks none, or the delivery has none of them.
 */
export function titleOfFields(
  name: string,
  fields: readonly string[],
  payload: Json,
  headers: Headers,
): string | null {
  const facts = fields
    .map((path) => inOneLine(valueAt(payload, headers, path)))
    .filter((fact) => fact !== "");
  if (facts.length === 0) return null;
  return `${name}: ${facts.slice(0, factsInTitle).join(", ")}`.slice(0, MAX_TITLE).toWellFormed();
}

function inOneLine(value: Json): string {
  if (value === null || typeof value === "object") return "";
  // Control and format characters would hide or reorder what stands around them.
  const text = String(value).replace(/[\p{C}\s]+/gu, " ");
  return text.trim().slice(0, MAX_VALUE);
}
