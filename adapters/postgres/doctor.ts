/** Connects to the database and asks one thing, without changing anything. */
import { broken, type Finding, fine } from "../../src/core/ports/finding.ts";
import { defaultLimits, openConnection } from "./connection.ts";

/** Never throws. The finding shows no password. */
export async function diagnoseDatabase(url: string): Promise<Finding> {
  const client = openConnection({ url, limits: defaultLimits }, 10_000);
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string }>("SHOW server_version");
    return fine("database", `PostgreSQL ${rows[0]?.version ?? ""} answers`);
  } catch (error) {
    const why = error instanceof Error ? error.message || String(error) : String(error);
    return broken(
      "database",
      `PostgreSQL can't be used: ${why}`,
      "Check DATABASE_URL, and whether the server runs.",
    );
  } finally {
    await client.end().catch(() => {});
  }
}
