/** The store in PostgreSQL, for any number of processes. */

import type { Clock } from "../../src/core/ports/clock.ts";
import type { Store } from "../../src/core/ports/store.ts";
import type { TellUnreadable } from "../../src/core/ports/unreadable.ts";
import { announcer } from "./announce.ts";
import { keepAttachments } from "./attachments.ts";
import { keepAudits } from "./audits.ts";
import { workRuns } from "./claims.ts";
import { committer } from "./commit.ts";
import { defaultLimits, type Limits } from "./connection.ts";
import { drizzle } from "./drizzle.ts";
import { storeErrorOf } from "./errors.ts";
import { receiveMessages } from "./inbox.ts";
import { type Listening, listen } from "./listen.ts";
import { openDatabase } from "./open.ts";
import { deliverPosts } from "./outbox.ts";
import { readPlaces } from "./place.ts";
import { readQuestions } from "./questions.ts";
import { recallRuns } from "./recall.ts";
import { keepRecords } from "./records.ts";
import { readRuns } from "./runs.ts";

/** `limits` are in ms; without them `defaultLimits` hold. */
export interface PostgresOptions {
  /** `postgres://user:password@host:port/database` */
  url: string;
  clock: Pick<Clock, "now">;
  limits?: Limits;
  /** Told of each record that a list left out; it may be the same one again. */
  unreadable?: TellUnreadable;
}

/**
 * Connects and migrates the database.
 * @throws StoreError `storage_busy` when it can't be reached, `storage_refused`, `storage_version`
 */
export async function openPostgres({
  url,
  clock,
  limits = defaultLimits,
  unreadable = () => {},
}: PostgresOptions): Promise<Store> {
  const pool = await openDatabase({ url, limits }).catch((error: unknown) => {
    throw storeErrorOf(error);
  });
  const db = drizzle({ client: pool });
  const told = announcer(pool);
  const listening: Promise<Listening>[] = [];
  const { commit, close } = committer(pool, { clock, patienceMs: limits.patienceMs, announcer: told });
  return speaking({
    commit,
    ...readRuns(db),
    ...recallRuns(db),
    ...readPlaces(db),
    ...readQuestions(db, unreadable),
    ...workRuns(db, pool),
    ...deliverPosts(db, unreadable),
    ...receiveMessages(db, pool),
    ...keepRecords(db, clock),
    ...keepAttachments(db),
    ...keepAudits(db),
    // A VACUUM gives free what was deleted, in its own time: a bot must not wait for one of a whole database.
    scrub: async () => false,
    async watch(changed) {
      const begun = listen({ url, limits }, pool, told, clock, changed);
      listening.push(begun);
      await begun;
    },
    async close() {
      told.close();
      close();
      for (const begun of listening) await (await begun).close();
      await pool.end();
    },
  });
}

/** The same store, whose errors are StoreErrors where the operator must know. */
function speaking(store: Store): Store {
  const method = (call: (...args: never[]) => Promise<unknown>) =>
    async function speak(...args: never[]) {
      try {
        return await call(...args);
      } catch (error) {
        throw storeErrorOf(error);
      }
    };
  return Object.fromEntries(
    Object.entries(store).map(([name, call]) => [name, method(call)]),
  ) as unknown as Store;
}
