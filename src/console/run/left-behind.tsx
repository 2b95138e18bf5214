/** Why a run does not go on as it was launched, and what can be done about it. */
import { leftBehindHelp } from "../../core/text/left-behind.ts";
import { Mark } from "../parts/mark.tsx";

export function LeftBehind({ why }: { why: readonly string[] }) {
  if (why.length === 0) return null;
  return (
    <section className="left-behind tone-waiting" aria-label="Left behind">
      <Mark shape="waiting" />
      <div>
        <p>A change of the set-up left this run behind:</p>
        <ul>
          {why.map((words) => (
            <li key={words}>{words}.</li>
          ))}
        </ul>
        <p>{leftBehindHelp}</p>
      </div>
    </section>
  );
}
