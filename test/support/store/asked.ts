/** Counts what PostgreSQL is asked, in this process, by the names of the statements. */
import { Client } from "pg";
import { onTestFinished, vi } from "vitest";

/** From now on to the end of the test: how many statements had a name that begins so. */
export function countAsked(): (name: string) => number {
  const query = vi.spyOn(Client.prototype, "query");
  onTestFinished(() => query.mockRestore());
  return (name) => query.mock.calls.filter(([asked]) => nameOf(asked).startsWith(name)).length;
}

function nameOf(asked: unknown): string {
  return typeof asked === "object" && asked !== null && "name" in asked ? String(asked.name) : "";
}
