/** Dotted paths into a delivery, and what may be asked of the values there. */
import type { Json } from "./payload.ts";

type Scalar = string | number | boolean | null;

/**
 * A fact about the delivery. `path` is dotted (`workflow_run.head_branch`, `alerts.0.labels.severity`), or
 * `header:<name>` for a header. `*` is every element of a list: the fact holds when it holds of one of them (`notIn`:
 * of all). A dot inside a name is written `\.`. A missing value is null.
 */
export type Condition =
  | { path: string; in: readonly Scalar[] }
  | { path: string; notIn: readonly Scalar[] }
  | { path: string; startsWith: readonly string[] };

/** The value at a path, the first one where there are several; null when there is none. Own properties only. */
export function valueAt(payload: Json, headers: Headers, path: string): Json {
  return valuesAt(payload, headers, path)[0] ?? null;
}

/** All the values at a path: more than one only where it has a `*`. What is not there is left out. */
export function valuesAt(payload: Json, headers: Headers, path: string): Json[] {
  if (path.startsWith("header:")) {
    const value = headers.get(path.slice("header:".length));
    return value === null ? [] : [value];
  }
  let values: Json[] = [payload];
  for (const key of keysOf(path)) values = values.flatMap((value) => inside(value, key));
  return values;
}

function inside(value: Json, key: string): Json[] {
  if (typeof value !== "object" || value === null) return [];
  if (key === "*") return Object.values(value);
  return Object.entries(value).flatMap(([name, item]) => (name === key ? [item] : []));
}

function keysOf(path: string): string[] {
  return (path.match(/(?:\\.|[^.\\])*(?:\.|$)/gs) ?? [])
    .slice(0, path.endsWith(".") ? undefined : -1)
    .map((part) => part.replace(/\.$/, "").replace(/\\(.)/gs, "$1"));
}

/** Why nothing can ever stand at this path, or null. */
export function faultOfPath(path: string): string | null {
  if (path.startsWith("header:")) {
    return /^header:[\w-]+$/.test(path) ? null : "is no header's name behind `header:`";
  }
  if (path.trim() !== path || path === "") return "is empty or has a space at an end";
  return keysOf(path).some((key) => key === "") ? "has two dots together, or one at an end" : null;
}

/** A path with several values holds when one of them does (`notIn`: when none is listed). No conditions: true. */
export function holdsAll(conditions: readonly Condition[], payload: Json, headers: Headers): boolean {
  return conditions.every((condition) => {
    const found = valuesAt(payload, headers, condition.path);
    const values = found.length === 0 ? [null] : found;
    if ("in" in condition) return values.some((value) => condition.in.some((wanted) => wanted === value));
    if ("notIn" in condition) {
      return !values.some((value) => condition.notIn.some((unwanted) => unwanted === value));
    }
    return values.some(
      (value) =>
        typeof value === "string" && condition.startsWith.some((beginning) => value.startsWith(beginning)),
    );
  });
}
