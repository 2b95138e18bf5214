/** Small records: agents, console sessions, notes and the audit trail. */

import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import type { Store } from "../../src/core/ports/store.ts";
import { plainText } from "../../src/core/store/codec.ts";
import { agentCodec } from "../../src/core/store/records.ts";
import { asc, desc, eq } from "./drizzle.ts";
import type { Write } from "./group.ts";
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
export function keepRecords(db: BetterSQLite3Database, write: Write): Records {
  return {
    saveAgent: (agent) =>
      write(() => {
        db.insert(agents)
          .values({ hash: agent.hash, body: agentCodec.encode(agent) })
          .onConflictDoNothing()
          .run();
      }),
    async loadAgent(hash) {
      const record = db.select().from(agents).where(eq(agents.hash, hash)).get();
      return record ? agentCodec.decode(record.body, `agent ${hash}`) : null;
    },
    saveSession: (session) =>
      write(() => {
        const { id, ...set } = session;
        db.insert(sessions)
          .values({ id, ...set })
          .onConflictDoUpdate({ target: sessions.id, set })
          .run();
      }),
    async session(id) {
      return db.select().from(sessions).where(eq(sessions.id, id)).get() ?? null;
    },
    async sessions() {
      return db.select().from(sessions).orderBy(asc(sessions.createdAt), asc(sessions.id)).all();
    },
    deleteSession: (id) =>
      write(() => {
        db.delete(sessions).where(eq(sessions.id, id)).run();
      }),
    async note(name) {
      return db.select().from(notes).where(eq(notes.name, name)).get()?.value ?? null;
    },
    saveNote: (name, text) =>
      write(() => {
        const value = plainText(text);
        db.insert(notes)
          .values({ name, value })
          .onConflictDoUpdate({ target: notes.name, set: { value } })
          .run();
      }),
    keepNote: (name, text) =>
      write(() => {
        const value = plainText(text);
        db.insert(notes).values({ name, value }).onConflictDoNothing().run();
        return (
          db.select({ value: notes.value }).from(notes).where(eq(notes.name, name)).get()?.value ?? value
        );
      }),
    audit: (row) =>
      write(() => {
        db.insert(audits)
          .values({ ...row, resource: plainText(row.resource) })
          .run();
      }),
    async audits(limit) {
      const rows = db.select().from(audits).orderBy(desc(audits.seq)).limit(limit).all();
      return rows.map(({ seq: _, ...row }) => row);
    },
  };
}
