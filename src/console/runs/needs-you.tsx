/** What waits for a person, oldest first, above everything else. */

import { Link, useLocation } from "wouter";
import { brief } from "../../core/text/brief.ts";
import { audienceInWords } from "../../core/text/rules.ts";
import type { OpenWireQuestion } from "../../http/wire/runs.ts";
import { Button } from "../parts/button.tsx";
import { useKey } from "../parts/keyboard.ts";
import { Mark } from "../parts/mark.tsx";
import { Age } from "../parts/time.tsx";
import { namesWith } from "../parts/words.ts";
import { useQuestions } from "../questions/use-questions.ts";

export function NeedsYou({ openId }: { openId: string | null }) {
  const { questions, unreadable, open, loaded, hasMore, loadMore } = useQuestions();
  const [, navigate] = useLocation();
  const first = questions.find((question) => question.may_answer);
  useKey("a", () => {
    // On a page with cards they take the key themselves.
    if (!first || document.querySelector(".card") !== null) return false;
    navigate(`/runs/${first.run_id}`);
    return true;
  });
  return (
    <section className="needs-you" aria-labelledby="needs-you">
      <h2 id="needs-you">Needs you {open > 0 && <span className="badge num">{open}</span>}</h2>
      {loaded && questions.length + unreadable.length === 0 && (
        <p className="muted">Nothing waits for a person.</p>
      )}
      <ul>
        {questions.map((question) => (
          <li key={question.id}>
            <Link
              href={`/runs/${question.run_id}`}
              className="row tone-waiting"
              aria-current={question.run_id === openId ? "page" : undefined}
              data-row
            >
              <Mark shape="waiting" live />
              <span className="row-task">{titleOf(question)}</span>
              <span className="row-age">
                <Age at={question.asked_at} />
              </span>
              <span className="row-facts">
                <span>for {audienceInWords(question.audience, namesWith(question.from.name))}</span>
                <span title={question.task}>{brief(question.task, 60)}</span>
              </span>
            </Link>
          </li>
        ))}
        {unreadable.map(({ id, run_id, why }) => (
          <li key={id}>
            <Link href={`/runs/${run_id}`} className="row tone-waiting" data-row>
              <Mark shape="waiting" />
              <span className="row-task">A question can’t be read</span>
              <span className="row-facts">{why}</span>
            </Link>
          </li>
        ))}
      </ul>
      {hasMore && <Button onPress={loadMore}>Show more</Button>}
    </section>
  );
}

function titleOf({ kind, call, text }: OpenWireQuestion): string {
  if (kind === "approval" && call) return `Approve ${call.tool}`;
  return kind === "doubt" && call ? `Did ${call.tool} run?` : brief(text, 100);
}
