/** Where the values of an outcome come from: each that is known leads to its step, each that is not says so. */
import { plural } from "../../core/text/count.ts";
import { originMarks } from "../../core/text/origin.ts";
import type { WireOutcome } from "../../http/wire/events.ts";

type Value = WireOutcome["values"][number];

/** `onStep`: shows the step of this event. Nothing where there is no value. */
export function Origins({
  values: all,
  onStep,
}: {
  values: readonly Value[];
  onStep: (version: number) => void;
}) {
  const values = [...new Map(all.map((one) => [one.value, one])).values()];
  if (values.length === 0) return null;
  const doubtful = values.filter(({ standing }) => standing !== "known");
  return (
    <details className="origins" open={doubtful.length > 0}>
      <summary>
        Where its values come from: {summaryOf(values, "known")}
        {(["outside", "nowhere"] as const).map((standing) => {
          const words = summaryOf(values, standing);
          return words === "" ? "" : `, ${originMarks[standing]}${words}`;
        })}
      </summary>
      <ul>
        {values.map((one) => (
          <li key={one.value}>
            <OneValue value={one} onStep={onStep} />
          </li>
        ))}
      </ul>
    </details>
  );
}

const counted = { known: "traced", outside: "only from outside", nowhere: "seen nowhere" } as const;

function summaryOf(values: readonly Value[], standing: Value["standing"]): string {
  const count = values.filter((one) => one.standing === standing).length;
  if (standing === "known") return `${plural(count, "value")} traced`;
  return count === 0 ? "" : `${count} ${counted[standing]}`;
}

function OneValue({ value, onStep }: { value: Value; onStep: (version: number) => void }) {
  const { version } = value;
  const words = `${originMarks[value.standing]}${value.words}`;
  return (
    <>
      <code>{value.value}</code>{" "}
      {version === null ? (
        <strong>{words}</strong>
      ) : (
        <button type="button" className="link-button" onClick={() => onStep(version)}>
          {words}
        </button>
      )}
    </>
  );
}
