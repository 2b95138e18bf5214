/** Counts what PostgreSQL is asked, in this process, by the names of the statements. */
import { Client } from "pg";
import { onTestFinished, vi } from "vitest";

/** The named statements since it was made, to the end of the test. */
export function asked() {
  const query = vi.spyOn(Client.prototype, "query");
  onTestFinished(() => query.mockRestore());
  const all = (name: string) => query.mock.calls.flatMap(([statement]) => textOf(statement, name) ?? []);
  return {
    /** How many had a name that begins so. */
    count: (name: string) => all(name).length,
    /** The text of the last one whose name begins so. */
    text: (name: string) => all(name).at(-1) ?? "",
  };
}

function textOf(statement: unknown, name: string): string | null {
  if (typeof statement !== "object" || statement === null) return null;
  if (!("name" in statement) || !("text" in statement)) return null;
  return String(statement.name).startsWith(name) ? String(statement.text) : null;
}
