/** What stands in the middle when no run is open: what needs you, a new task, and three to try. */
import { useEffect, useRef } from "react";
import { noFilter } from "../api/calls.ts";
import { useDraft } from "../parts/draft.ts";
import { Empty } from "../parts/notice.tsx";
import { usePageTitle } from "../parts/page-title.ts";
import { Way } from "../parts/way.tsx";
import { InboxCards } from "../questions/inbox-cards.tsx";
import { useQuestions } from "../questions/use-questions.ts";
import { useRuns } from "../runs/use-runs.ts";
import { LaunchForm } from "./launch-form.tsx";

const examples = [
  "What is (17 + 5) * 3, divided by a number you must ask me for?",
  "restart payments in staging",
  "What is the square root of 1764?",
];

export function Home({ inbox }: { inbox: boolean }) {
  const [task, setTask] = useDraft("launch");
  const { runs, none } = useRuns(noFilter);
  const { questions: waiting, open, loadMore } = useQuestions();
  const field = useRef<HTMLTextAreaElement>(null);
  const choose = (example: string) => {
    setTask(example);
    field.current?.focus();
  };
  useEffect(() => {
    // Whoever opens the page of a new run wants to type its task.
    if (!inbox) field.current?.focus();
  }, [inbox]);
  usePageTitle(inbox ? null : "New run");
  const questions = inbox ? waiting : [];
  return (
    <div className="home">
      <div className="home-content">
        <Way href="/" className="back" aria-label="Back to the list">
          ←
        </Way>
        {questions.length > 0 && <InboxCards questions={questions} open={open} loadMore={loadMore} />}
        <h1>{questions.length > 0 ? "Or start something new" : "Start a run"}</h1>
        <LaunchForm task={task} setTask={setTask} field={field} />
        {none && (
          <Empty title="Nothing has run yet. Three tasks to try:">
            <Examples onChoose={choose} />
          </Empty>
        )}
        {runs.length > 0 && (
          <section className="try">
            <h2>To try</h2>
            <Examples onChoose={choose} />
          </section>
        )}
      </div>
    </div>
  );
}

function Examples({ onChoose }: { onChoose: (task: string) => void }) {
  return (
    <ul className="examples">
      {examples.map((task) => (
        <li key={task}>
          <button type="button" onClick={() => onChoose(task)}>
            {task}
          </button>
        </li>
      ))}
    </ul>
  );
}
