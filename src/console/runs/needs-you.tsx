/** What waits for a person, oldest first, above everything else. */

import { useEffect, useRef } from "react";
import { Link } from "wouter";
import { brief } from "../../core/text/brief.ts";
import { wordsInBrief } from "../../core/text/plain-words.ts";
import { audienceInWords } from "../../core/text/rules.ts";
import type { OpenWireQuestion } from "../../http/wire/questions.ts";
import type { RunSummary } from "../../http/wire/runs.ts";
import { announce } from "../parts/announce.tsx";
import { Button } from "../parts/button.tsx";
import { useKey } from "../parts/keyboard.ts";
import { Mark } from "../parts/mark.tsx";
import { ErrorNote } from "../parts/notice.tsx";
import { Age } from "../parts/time.tsx";
import { useGo, Way } from "../parts/way.tsx";
import { namesWith } from "../parts/words.ts";
import { useQuestions } from "../questions/use-questions.ts";
import { RunRow } from "./run-row.tsx";
import { restingFilter, useResting } from "./use-resting.ts";

export function NeedsYou({ openId }: { openId: string | null }) {
  const { questions, unreadable, open, loaded, error, hasMore, loadMore } = useQuestions();
  const resting = useResting();
  useNewSaid(loaded ? questions : null);
  const go = useGo();
  const waiting = open + resting.count;
  const first = questions.find((question) => question.may_answer);
  useKey("a", () => {
    // On a page with cards they take the key themselves.
    if (!first || document.querySelector(".card") !== null) return false;
    go(`/runs/${first.run_id}`);
    return true;
  });
  return (
    <section className="needs-you" aria-labelledby="needs-you">
      <h2 id="needs-you">Needs you {waiting > 0 && <span className="badge warns num">{waiting}</span>}</h2>
      <ErrorNote error={error} />
      {loaded && questions.length + unreadable.length + resting.count === 0 && (
        <p className="muted">Nothing waits for a person.</p>
      )}
      <ul>
        {questions.map((question) => (
          <li key={question.id}>
            <Way
              href={`/runs/${question.run_id}`}
              className="row tone-waiting"
              aria-current={question.run_id === openId ? "page" : undefined}
              data-row
            >
              <Mark shape="waiting" live />
              <span className="row-task">{titleOf(question)}</span>
              <span className="row-facts">
                <span className="row-words">
                  <span>for {audienceInWords(question.audience, namesWith(question.from.name))}</span>
                  <span className="row-rest" title={question.task}>
                    {brief(question.task, 60)}
                  </span>
                </span>
                <span className="row-age">
                  <Age at={question.asked_at} />
                </span>
              </span>
            </Way>
          </li>
        ))}
        {unreadable.map(({ id, run_id, why }) => (
          <li key={id}>
            <Way href={`/runs/${run_id}`} className="row tone-waiting" data-row>
              <Mark shape="waiting" />
              <span className="row-task">A question can’t be read</span>
              <span className="row-facts">{why}</span>
            </Way>
          </li>
        ))}
      </ul>
      {hasMore && <Button onPress={loadMore}>Show more</Button>}
      <RestingRows runs={resting.runs} openId={openId} />
    </section>
  );
}

const shownResting = 5;

/** Runs that go on when somebody says so. */
function RestingRows({ runs, openId }: { runs: readonly RunSummary[]; openId: string | null }) {
  const more = runs.length - shownResting;
  return (
    <ul aria-label="Runs that stand still">
      {runs.slice(0, shownResting).map((run) => (
        <li key={run.id}>
          <RunRow run={run} open={run.id === openId} />
        </li>
      ))}
      {more > 0 && (
        <li className="row-more">
          <Link href={`/?status=${encodeURIComponent(restingFilter.status)}`}>{more} more stand still</Link>
        </li>
      )}
    </ul>
  );
}

/** A question that comes while the page is open is said aloud. `questions`: null until they are known. */
function useNewSaid(questions: readonly OpenWireQuestion[] | null): void {
  const known = useRef<ReadonlySet<string> | null>(null);
  useEffect(() => {
    if (questions === null) return;
    const fresh = questions.filter(({ id, may_answer }) => may_answer && known.current?.has(id) === false);
    for (const question of fresh) announce(`Needs you: ${titleOf(question)}`);
    known.current = new Set(questions.map(({ id }) => id));
  }, [questions]);
}

function titleOf({ kind, call, text }: OpenWireQuestion): string {
  if (kind === "approval" && call) return `Approve ${call.tool}`;
  return kind === "doubt" && call ? `Did ${call.tool} run?` : wordsInBrief(text, 100);
}
