/** Small records: agents, console sessions, notes and the audit trail. */

import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import type { Store } from "../../src/core/ports/store.ts";
import { plainText } from "../../src/core/store/codec.ts";
import { agentCodec } from "../../src/core/store/records.ts";
import { asc, desc, eq } from "./drizzle.ts";
import { agents, audits, notes, sessions } from "./schema.ts";

type Records = Pick<
  Store,
  | "saveAgent"
  | "loadAgent"
  | "saveSession"
  | "session"
  | "sessions"
  | "deleteSession"
  | "note"
  | "saveNote"
  | "keepNote"
  | "audit"
  | "audits"
>;

/** The part of the store for everything that is neither run, message nor post. */
export function keepRecords(db: NodePgDatabase): Records {
  return {
    async saveAgent(agent) {
      await db
        .insert(agents)
        .values({ hash: agent.hash, body: agentCodec.encode(agent) })
        .onConflictDoNothing();
    },
    async loadAgent(hash) {
      const [record] = await db.select().from(agents).where(eq(agents.hash, hash));
      return record ? agentCodec.decode(record.body, `agent ${hash}`) : null;
    },
    async saveSession({ id, ...set }) {
      await db
        .insert(sessions)
        .values({ id, ...set })
        .onConflictDoUpdate({ target: sessions.id, set });
    },
    async session(id) {
      const [row] = await db
        .select()
        .from(sessions)
        .where(eq(sessions.id, plainText(id)));
      return row ?? null;
    },
    async sessions() {
      return db.select().from(sessions).orderBy(asc(sessions.createdAt), asc(sessions.id));
    },
    async deleteSession(id) {
      await db.delete(sessions).where(eq(sessions.id, plainText(id)));
    },
    async note(name) {
      const [row] = await db.select().from(notes).where(eq(notes.name, name));
      return row?.value ?? null;
    },
    async saveNote(name, text) {
      const value = plainText(text);
      await db
        .insert(notes)
        .values({ name, value })
        .onConflictDoUpdate({ target: notes.name, set: { value } });
    },
    async keepNote(name, text) {
      const value = plainText(text);
      await db.insert(notes).values({ name, value }).onConflictDoNothing();
      const [kept] = await db.select({ value: notes.value }).from(notes).where(eq(notes.name, name));
      return kept?.value ?? value;
    },
    async audit(row) {
      await db.insert(audits).values({ ...row, resource: plainText(row.resource) });
    },
    async audits(limit) {
      const rows = await db.select().from(audits).orderBy(desc(audits.seq)).limit(limit);
      return rows.map(({ seq: _, ...row }) => row);
    },
  };
}
