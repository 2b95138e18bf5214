/** What GitHub publishes of the operations that the tools use: requests are held to it, and its examples are answers. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

interface Operation {
  /** Names of its query parameters. */
  query: string[];
  /** Names of its body's properties; null: it has no body. */
  body: { names: string[]; required: string[] } | null;
  /** Of its first good answer. */
  status: number;
  /** Of the operations that only look. */
  example?: unknown;
}

/** By method and path, as in `GET /repos/{owner}/{repo}`; taken from GitHub's OpenAPI description, see its `source`. */
export const operations: Readonly<Record<string, Operation>> = JSON.parse(
  readFileSync(join(import.meta.dirname, "..", "..", "fixtures", "github", "published.json"), "utf8"),
).operations;

/** The paths that a published one stands for. */
export function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/\{(path|basehead)\}/g, ".+").replaceAll(/\{\w+\}/g, "[^/]+")}$`);
}

/** What of this request the description does not know, or misses; null: nothing. `operation`: its published method and path. */
export function faultIn(
  operation: string,
  asked: { query: Record<string, string>; body: unknown },
): string | null {
  const published = operations[operation];
  if (!published) return `the description of the tests lacks ${operation}`;
  const { query, body } = published;
  const sent = typeof asked.body === "object" && asked.body !== null ? Object.keys(asked.body) : [];
  const strange = [
    ...Object.keys(asked.query).filter((name) => !query.includes(name)),
    ...sent.filter((name) => !body?.names.includes(name)),
  ];
  const missing = body?.required.filter((name) => !sent.includes(name)) ?? [];
  if (strange.length + missing.length === 0) return null;
  return `${operation} knows no ${strange.join(", ") || "other"}, and needs ${missing.join(", ") || "no more"}`;
}
