/** Small records: agents, console sessions and notes. */
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import type { Clock } from "../../src/core/ports/clock.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { plainText } from "../../src/core/store/codec.ts";
import { agentCodec } from "../../src/core/store/records.ts";
import { and, asc, eq, gt, inArray, lt, sql } from "./drizzle.ts";
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
export function keepRecords(db: NodePgDatabase, clock: Pick<Clock, "now">): Records {
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
      const set = { value: plainText(text), savedAt: clock.now() };
      await db
        .insert(notes)
        .values({ name, ...set })
        .onConflictDoUpdate({ target: notes.name, set });
    },
    async keepNote(name, text) {
      const value = plainText(text);
      await db.insert(notes).values({ name, value, savedAt: clock.now() }).onConflictDoNothing();
      const [kept] = await db.select({ value: notes.value }).from(notes).where(eq(notes.name, name));
      return kept?.value ?? value;
    },
    async replaceNote(name, was, text) {
      const set = { value: plainText(text), savedAt: clock.now() };
      const stands = and(eq(notes.name, name), eq(notes.value, plainText(was ?? "")));
      const { rowCount } =
        was === null
          ? await db
              .insert(notes)
              .values({ name, ...set })
              .onConflictDoNothing()
          : await db.update(notes).set(set).where(stands);
      return rowCount === 1;
    },
    async oldNotes({ prefix, before, after, limit }) {
      const old = and(
        sql`starts_with(${notes.name}, ${prefix})`,
        lt(notes.savedAt, before),
        gt(notes.name, plainText(after)),
      );
      const columns = { name: notes.name, value: notes.value };
      return db.select(columns).from(notes).where(old).orderBy(asc(notes.name)).limit(limit);
    },
    async deleteNotes(names, before) {
      const old = and(inArray(notes.name, [...names]), lt(notes.savedAt, before));
      return (await db.delete(notes).where(old)).rowCount ?? 0;
    },
  };
}
