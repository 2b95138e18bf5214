/** What the doctor asks of a database: whether it can be read, and whether its user could do more than it should. */
import { broken, type Finding, fine } from "../../src/core/ports/finding.ts";
import type { Connection } from "../../src/tools/connection.ts";
import type { Secret } from "../../src/tools/secret.ts";
import type { Place } from "./place.ts";
import { readOnly } from "./session.ts";

interface Row {
  version: string;
  who: string;
  database: string;
  superuser: boolean;
  tables: string;
}

/** Tables as shop_schema lists them: what this user may read, outside of the server's own. */
const question = `SELECT current_setting('server_version') AS version, current_user AS who,
  current_database() AS database,
  (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS superuser,
  (SELECT count(*)::text FROM information_schema.tables
    WHERE table_schema NOT IN ('pg_catalog', 'information_schema')) AS tables`;

export function tryingSql(name: string, url: Secret, placeOf: () => Place): Connection {
  const check = `SQL ${name}`;
  return {
    check,
    diagnose: async (signal) => {
      try {
        const { rows } = await readOnly(placeOf(), signal, (client) => client.query<Row>(question));
        return rows.flatMap((row) => rowFindings(check, row, url));
      } catch (error) {
        const [found = ""] = (error instanceof Error ? error.message : String(error)).split("; ");
        return [broken(check, found, `Check ${url.name}, and that this machine may connect to the server.`)];
      }
    },
  };
}

function rowFindings(
  check: string,
  { version, who, database, superuser, tables }: Row,
  url: Secret,
): Finding[] {
  const found = `PostgreSQL ${version}, database ${database}, as ${who}; ${tables} tables can be read`;
  if (!superuser) return [fine(check, found)];
  const fix = `Put a user into ${url.name} who may read what the agent may see, and nothing else.`;
  return [
    fine(check, found),
    broken(check, `${who} is a superuser, whose queries reach files of the server`, fix),
  ];
}
