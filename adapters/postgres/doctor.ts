/** Connects to the database and asks what a start would need, without changing anything. */
import { broken, type Finding, fine } from "../../src/core/ports/finding.ts";
import { defaultLimits, openConnection } from "./connection.ts";
import { noRights, remedyOf } from "./refused.ts";

interface Answer {
  version: string;
  user: string;
  /** May it make what a start makes: tables in its schema, and the jobs' own schema where that is missing. */
  may_make: boolean;
}

const question = `
  SELECT current_setting('server_version') AS version, current_user AS user,
    coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)
      AND (to_regnamespace('graphile_worker') IS NOT NULL OR has_database_privilege(current_database(), 'CREATE'))
      AS may_make`;

/** Never throws. The finding shows no password. */
export async function diagnoseDatabase(url: string): Promise<Finding> {
  const client = openConnection({ url, limits: defaultLimits }, 10_000);
  try {
    await client.connect();
    const { rows } = await client.query<Answer>(question);
    const { version = "", user = "", may_make = false } = rows[0] ?? {};
    if (may_make) return fine("database", `PostgreSQL ${version} answers`);
    return broken(
      "database",
      `PostgreSQL ${version} answers, but its user ${user} may not make tables there`,
      sentence(noRights),
    );
  } catch (error) {
    const why = error instanceof Error ? error.message || String(error) : String(error);
    const remedy = remedyOf(error) ?? "check DATABASE_URL, and whether the server runs";
    return broken("database", `PostgreSQL can't be used: ${why}`, sentence(remedy));
  } finally {
    await client.end().catch(() => {});
  }
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
