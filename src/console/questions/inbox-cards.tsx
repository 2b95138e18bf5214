/** The open questions of all runs, oldest first, each to be settled on the spot. */
import { useState } from "react";
import { brief } from "../../core/text/brief.ts";
import { plural } from "../../core/text/count.ts";
import type { OpenWireQuestion } from "../../http/wire/questions.ts";
import { Button } from "../parts/button.tsx";
import { ErrorNote } from "../parts/notice.tsx";
import { Way } from "../parts/way.tsx";
import { QuestionCard } from "./question-card.tsx";

const shown = 5;

/** `questions`: the first of the `open` ones. */
export function InboxCards({
  questions,
  open,
  loadMore,
}: {
  questions: OpenWireQuestion[];
  open: number;
  loadMore: () => void;
}) {
  const [all, showAll] = useState(false);
  const [refusal, setRefusal] = useState<Error | null>(null);
  return (
    <section className="inbox">
      <h1>{plural(open, "question")} for you</h1>
      {questions.slice(0, all ? undefined : shown).map((question, index) => (
        <div key={question.id} className="inbox-item">
          <p className="inbox-run">
            <Way href={`/runs/${question.run_id}`}>{brief(question.task, 120)}</Way>
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
      {open > (all ? questions.length : shown) && (
        <Button
          onPress={() => {
            if (all) loadMore();
            showAll(true);
          }}
        >
          Show {open - (all ? questions.length : shown)} more
        </Button>
      )}
    </section>
  );
}
