/** Questions as rows of a table: derived from the events of their runs, for lists. */
import type { Commit } from "../ports/commit.ts";
import type { QuestionPage, QuestionRow } from "../ports/runs.ts";
import type { TellUnreadable, UnreadableError } from "../ports/unreadable.ts";
import { questionCodec } from "./records.ts";
import { readable } from "./rows.ts";

/** A row of the table `questions`: `body` is JSON text; times are ms since the epoch. */
export interface QuestionRecord {
  questionId: string;
  runId: string;
  body: string;
  askedAt: number;
  settledAt: number | null;
}

/** The questions of a commit; the last of equal ids wins. */
export function questionRecords(commit: Commit): QuestionRecord[] {
  const records = new Map<string, QuestionRecord>();
  for (const { question, ...row } of commit.questions) {
    records.set(question.id, { ...row, questionId: question.id, body: questionCodec.encode(question) });
  }
  return [...records.values()];
}

/** @throws UnreadableError */
export function rowOfQuestion({ questionId, body, ...record }: QuestionRecord): QuestionRow {
  return { ...record, question: questionCodec.decode(body, `question ${questionId}`) };
}

/** A page of open questions from one record more than fits, oldest first. */
export function pageOfQuestions(
  records: readonly QuestionRecord[],
  limit: number,
  tell: TellUnreadable,
): QuestionPage {
  const page = records.slice(0, limit);
  const last = page.at(-1);
  const unreadable: QuestionPage["unreadable"] = [];
  const rows = page.flatMap((record) => {
    const { askedAt, questionId, runId } = record;
    const left = (error: UnreadableError) => {
      unreadable.push({ askedAt, questionId, runId, why: error.message });
      tell(error);
    };
    return readable([record], rowOfQuestion, left);
  });
  const next = last && records.length > limit ? { askedAt: last.askedAt, questionId: last.questionId } : null;
  return { rows, unreadable, next };
}
