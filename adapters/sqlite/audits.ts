/** The audit trail: who asked for what, and what the authorisation said. */
import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import type { Store } from "../../src/core/ports/store.ts";
import { plainText } from "../../src/core/store/codec.ts";
import { and, desc, eq, inArray, lt, sql } from "./drizzle.ts";
import type { Write } from "./group.ts";
import { audits } from "./schema.ts";

/** The part of the store for the audit trail. */
export function keepAudits(
  db: BetterSQLite3Database,
  write: Write,
): Pick<Store, "audit" | "audits" | "pruneAudits"> {
  return {
    audit: (row) =>
      write(() => {
        db.insert(audits)
          .values({ ...row, name: row.name && plainText(row.name), resource: plainText(row.resource) })
          .run();
      }),
    async audits(limit, { decision, verbs, before } = {}) {
      const verb = sql<string>`substr(${audits.action}, 1, instr(${audits.action} || ' ', ' ') - 1)`;
      const those = and(
        decision && eq(audits.decision, decision),
        verbs && inArray(verb, [...verbs]),
        before === undefined ? undefined : lt(audits.seq, before),
      );
      return db.select().from(audits).where(those).orderBy(desc(audits.seq)).limit(limit).all();
    },
    pruneAudits: (before) => write(() => db.delete(audits).where(lt(audits.at, before)).run().changes),
  };
}
