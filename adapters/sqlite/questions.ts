/** The questions of all runs, as lists see them. */

import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import type { Store } from "../../src/core/ports/store.ts";
import type { TellUnreadable } from "../../src/core/ports/unreadable.ts";
import { pageOfQuestions, rowOfQuestion } from "../../src/core/store/question-rows.ts";
import { and, asc, eq, gt, isNull, sql } from "./drizzle.ts";
import { questions, runs } from "./schema.ts";

type Asking = Pick<Store, "question" | "openQuestions" | "countOpenQuestions">;

/** The list leaves out what can't be read and tells `unreadable`. */
export function readQuestions(db: BetterSQLite3Database, unreadable: TellUnreadable): Asking {
  return {
    async question(questionId) {
      const record = db.select().from(questions).where(eq(questions.questionId, questionId)).get();
      return record ? rowOfQuestion(record) : null;
    },
    async openQuestions({ limit, after, runIds }) {
      const oldest = db
        .select()
        .from(questions)
        .where(
          and(
            isNull(questions.settledAt),
            runIds && sql`${questions.runId} IN (SELECT value FROM json_each(${JSON.stringify(runIds)}))`,
            after
              ? sql`(${questions.askedAt}, ${questions.questionId}) > (${after.askedAt}, ${after.questionId})`
              : undefined,
          ),
        )
        .orderBy(asc(questions.askedAt), asc(questions.questionId));
      return pageOfQuestions(oldest.limit(limit + 1).all(), limit, unreadable);
    },
    async countOpenQuestions() {
      const open = sql<number>`sum(${runs.asking})`;
      const asking = db.select({ agent: runs.agent, principal: runs.principal, open }).from(runs);
      return asking.where(gt(runs.asking, 0)).groupBy(runs.agent, runs.principal).all();
    },
  };
}
