/** The questions of all runs, as lists see them. */

import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import type { Store } from "../../src/core/ports/store.ts";
import type { TellUnreadable } from "../../src/core/ports/unreadable.ts";
import { plainText } from "../../src/core/store/codec.ts";
import { pageOfQuestions, rowOfQuestion } from "../../src/core/store/question-rows.ts";
import { and, asc, eq, gt, isNull, sql } from "./drizzle.ts";
import { questions, runs } from "./schema.ts";

type Asking = Pick<Store, "question" | "openQuestions" | "countOpenQuestions">;

/** The list leaves out what can't be read and tells `unreadable`. */
export function readQuestions(db: NodePgDatabase, unreadable: TellUnreadable): Asking {
  return {
    async question(questionId) {
      const named = eq(questions.questionId, plainText(questionId));
      const [record] = await db.select().from(questions).where(named);
      return record ? rowOfQuestion(record) : null;
    },
    async openQuestions({ limit, after, runIds }) {
      const oldest = db
        .select()
        .from(questions)
        .where(
          and(
            isNull(questions.settledAt),
            runIds &&
              sql`${questions.runId} IN (SELECT json_array_elements_text(${JSON.stringify(runIds.map(plainText))}::json))`,
            after
              ? sql`(${questions.askedAt}, ${questions.questionId}) > (${after.askedAt}::bigint, ${after.questionId}::text)`
              : undefined,
          ),
        )
        .orderBy(asc(questions.askedAt), asc(questions.questionId));
      return pageOfQuestions(await oldest.limit(limit + 1), limit, unreadable);
    },
    async countOpenQuestions() {
      const open = sql`sum(${runs.asking})`.mapWith(Number);
      const asking = db.select({ agent: runs.agent, principal: runs.principal, open }).from(runs);
      return asking.where(gt(runs.asking, 0)).groupBy(runs.agent, runs.principal);
    },
  };
}
