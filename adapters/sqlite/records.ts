/** Small records: agents, console sessions and notes. */
import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import type { Clock } from "../../src/core/ports/clock.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { plainText } from "../../src/core/store/codec.ts";
import { agentCodec } from "../../src/core/store/records.ts";
import { and, asc, eq, gt, inArray, lt, sql } from "./drizzle.ts";
import type { Write } from "./group.ts";
import { agents, notes, sessions } from "./schema.ts";

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
  | "replaceNote"
  | "oldNotes"
  | "deleteNotes"
>;

/** The part of the store for everything that is neither run, message nor post. */
export function keepRecords(db: BetterSQLite3Database, write: Write, clock: Pick<Clock, "now">): Records {
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
        const set = { value: plainText(text), savedAt: clock.now() };
        db.insert(notes)
          .values({ name, ...set })
          .onConflictDoUpdate({ target: notes.name, set })
          .run();
      }),
    keepNote: (name, text) =>
      write(() => {
        const value = plainText(text);
        db.insert(notes).values({ name, value, savedAt: clock.now() }).onConflictDoNothing().run();
        return (
          db.select({ value: notes.value }).from(notes).where(eq(notes.name, name)).get()?.value ?? value
        );
      }),
    replaceNote: (name, was, text) =>
      write(() => {
        const set = { value: plainText(text), savedAt: clock.now() };
        const stands = and(eq(notes.name, name), eq(notes.value, plainText(was ?? "")));
        const { changes } =
          was === null
            ? db
                .insert(notes)
                .values({ name, ...set })
                .onConflictDoNothing()
                .run()
            : db.update(notes).set(set).where(stands).run();
        return changes === 1;
      }),
    async oldNotes({ prefix, before, after, limit }) {
      const old = and(
        sql`substr(${notes.name}, 1, length(${prefix})) = ${prefix}`,
        lt(notes.savedAt, before),
        gt(notes.name, after),
      );
      const columns = { name: notes.name, value: notes.value };
      return db.select(columns).from(notes).where(old).orderBy(asc(notes.name)).limit(limit).all();
    },
    deleteNotes: (names, before) =>
      write(
        () =>
          db
            .delete(notes)
            .where(and(inArray(notes.name, [...names]), lt(notes.savedAt, before)))
            .run().changes,
      ),
  };
}
