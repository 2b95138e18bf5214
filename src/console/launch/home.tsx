/** What stands in the middle when no run is open: what needs you, a new task, and some to try. */
import { useEffect, useRef } from "react";
import { noFilter } from "../api/calls.ts";
import { useDraft } from "../parts/draft.ts";
import { Empty } from "../parts/notice.tsx";
import { usePageTitle } from "../parts/page-title.ts";
import { Way } from "../parts/way.tsx";
import { InboxCards } from "../questions/inbox-cards.tsx";
import { useQuestions } from "../questions/use-questions.ts";
import { useRuns } from "../runs/use-runs.ts";
import { useAgentChoice } from "./agent-choice.tsx";
import { LaunchForm } from "./launch-form.tsx";
import { TasksToTry, useTasksToTry } from "./tasks-to-try.tsx";

export function Home({ inbox }: { inbox: boolean }) {
  const [task, setTask] = useDraft("launch");
  const { runs, none } = useRuns(noFilter);
  const { questions: waiting, open, loadMore } = useQuestions();
  const field = useRef<HTMLTextAreaElement>(null);
  const choice = useAgentChoice();
  const tasks = useTasksToTry(choice.agents, choice.agent);
  const choose = (toTry: string) => {
    setTask(toTry);
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
        <LaunchForm task={task} setTask={setTask} field={field} choice={choice} />
        {none && (
          <Empty title={tasks.length > 0 ? "Nothing has run yet. To try:" : "Nothing has run yet."}>
            <TasksToTry tasks={tasks} onChoose={choose} />
          </Empty>
        )}
        {runs.length > 0 && tasks.length > 0 && (
          <section className="try">
            <h2>To try</h2>
            <TasksToTry tasks={tasks} onChoose={choose} />
          </section>
        )}
      </div>
    </div>
  );
}
