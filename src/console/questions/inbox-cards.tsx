/** The open questions of all runs, oldest first, each to be settled on the spot. */
import { useState } from "react";
import { Link } from "wouter";
import { brief } from "../../core/text/brief.ts";
import { plural } from "../../core/text/count.ts";
import type { OpenWireQuestion } from "../../http/wire/runs.ts";
import { ErrorNote } from "../parts/notice.tsx";
import { QuestionCard } from "./question-card.tsx";

const shown = 5;

export function InboxCards({ questions }: { questions: OpenWireQuestion[] }) {
  const [refusal, setRefusal] = useState<Error | null>(null);
  return (
    <section className="inbox">
      <h1>{plural(questions.length, "question")} for you</h1>
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
      {questions.length > shown && <p className="muted">{questions.length - shown} more on the left.</p>}
    </section>
  );
}
