/** The audit trail: who asked for what, and what the authorisation said. */
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import type { Store } from "../../src/core/ports/store.ts";
import { plainText } from "../../src/core/store/codec.ts";
import { and, desc, eq, inArray, lt, sql } from "./drizzle.ts";
import { prunedAtOnce } from "./inbox.ts";
import { audits } from "./schema.ts";

/** The part of the store for the audit trail. */
export function keepAudits(db: NodePgDatabase): Pick<Store, "audit" | "audits" | "pruneAudits"> {
  return {
    async audit(row) {
      const name = row.name && plainText(row.name);
      await db.insert(audits).values({ ...row, name, resource: plainText(row.resource) });
    },
    async audits(limit, { decision, verbs, before } = {}) {
      const verb = sql<string>`split_part(${audits.action}, ' ', 1)`;
      const those = and(
        decision && eq(audits.decision, decision),
        verbs && inArray(verb, [...verbs]),
        before === undefined ? undefined : lt(audits.seq, before),
      );
      return await db.select().from(audits).where(those).orderBy(desc(audits.seq)).limit(limit);
    },
    async pruneAudits(before) {
      // Some at a time: after a long stop there may be more than one statement may take the time for.
      const some = db
        .select({ seq: audits.seq })
        .from(audits)
        .where(lt(audits.at, before))
        .limit(prunedAtOnce);
      for (let pruned = 0; ; ) {
        const { rowCount } = await db.delete(audits).where(inArray(audits.seq, some));
        pruned += rowCount ?? 0;
        if ((rowCount ?? 0) < prunedAtOnce) return pruned;
      }
    },
  };
}
