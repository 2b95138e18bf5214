/** The open questions of all runs, oldest first, each to be settled on the spot. */
import { useState } from "react";
import { Link } from "wouter";
import { brief } from "../../core/text/brief.ts";
import { plural } from "../../core/text/count.ts";
import type { OpenWireQuestion } from "../../http/wire/runs.ts";
import { ErrorNote } from "../parts/notice.tsx";
import { QuestionCard } from "./question-card.tsx";

const shown = 5;

/** `questions`: the first of the `open` ones. */
export function InboxCards({ questions, open }: { questions: OpenWireQuestion[]; open: number }) {
  const [refusal, setRefusal] = useState<Error | null>(null);
  return (
    <section className="inbox">
      <h1>{plural(open, "question")} for you</h1>
      {questions.slice(0, shown).map((question, index) => (
        <div key={question.id} className="inbox-item">
          <p className="inbox-run">
            <Link href={`/runs/${question.run_id}`}>{brief(question.task, 120)}</Link>
            <span className="muted">{question.agent}</span>
          </p>
          {/* Whether that run has read untrusted bytes is not known here: links stay text. */}
          <QuestionCard
            runId={question.run_id}
            question={question}
            requester={question.from.name}
            untrusted
            first={index === 0}
            onRefused={setRefusal}
          />
        </div>
      ))}
      <ErrorNote error={refusal} />
      {open > shown && <p className="muted">{open - shown} more on the left.</p>}
    </section>
  );
}
