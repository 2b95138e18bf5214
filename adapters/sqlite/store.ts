/** The store in one SQLite file, for one process. */

import type { Clock } from "../../src/core/ports/clock.ts";
import type { Store } from "../../src/core/ports/store.ts";
import type { TellUnreadable } from "../../src/core/ports/unreadable.ts";
import { keepAttachments } from "./attachments.ts";
import { keepAudits } from "./audits.ts";
import { expireLeases, workRuns } from "./claims.ts";
import { commitJob } from "./commit.ts";
import { drizzle } from "./drizzle.ts";
import { storeErrorOf } from "./errors.ts";
import { groupCommit } from "./group.ts";
import { endInboxClaims, receiveMessages } from "./inbox.ts";
import { openFile } from "./open.ts";
import { deliverPosts, endClaims } from "./outbox.ts";
import { readPlaces } from "./place.ts";
import { readQuestions } from "./questions.ts";
import { recallRuns } from "./recall.ts";
import { keepRecords } from "./records.ts";
import { readRuns } from "./runs.ts";

/** `clock` gives dates, in ms since the epoch. */
export interface SqliteOptions {
  /** A file, made with its directory when it does not exist, or `:memory:`. */
  path: string;
  clock: Pick<Clock, "now">;
  /** Told of each record that a list left out; it may be the same one again. */
  unreadable?: TellUnreadable;
}

/**
 * Opens, checks and migrates the file, and holds it against other processes until `close`.
 * @throws StoreError `storage_locked`, `storage_damaged`, `storage_version`
 */
export async function openSqlite({ path, clock, unreadable = () => {} }: SqliteOptions): Promise<Store> {
  const opened = openFile(path);
  const db = drizzle({ client: opened.client });
  const group = groupCommit(opened.client);
  const job = commitJob(db, clock);
  expireLeases(db);
  endClaims(db);
  endInboxClaims(db);

  const store: Store = {
    commit: (commit) => group.write(() => job(commit)),
    ...readRuns(db),
    ...recallRuns(db),
    ...readPlaces(opened.client),
    ...readQuestions(db, unreadable),
    ...workRuns(db, group.write),
    ...deliverPosts(db, group.write, unreadable),
    ...receiveMessages(db, opened.client, group.write),
    ...keepRecords(db, group.write, clock),
    ...keepAttachments(db, group.write),
    ...keepAudits(db, group.write),
    async scrub() {
      // Deleted rows alone would leave copies behind, where SQLite has moved them from page to page.
      opened.client.exec("VACUUM");
      const [moved] = opened.client.pragma("wal_checkpoint(TRUNCATE)") as [{ busy: number }];
      return moved.busy === 0;
    },
    // The file belongs to this process alone.
    watch: async () => {},
    async close() {
      group.end();
      opened.close();
    },
  };
  return speaking(store, path);
}

/** The same store, whose errors are StoreErrors where the operator must know. */
function speaking(store: Store, path: string): Store {
  const method = (call: (...args: never[]) => Promise<unknown>) =>
    async function speak(...args: never[]) {
      try {
        return await call(...args);
      } catch (error) {
        throw storeErrorOf(error, path);
      }
    };
  return Object.fromEntries(
    Object.entries(store).map(([name, call]) => [name, method(call)]),
  ) as unknown as Store;
}
