/** What a line opens into: the arguments, the result, the words; everything else is in the inspector. */

import { readable } from "../../core/text/brief.ts";
import { plural } from "../../core/text/count.ts";
import { JsonView } from "../parts/json-view.tsx";
import { clockSeconds } from "../parts/moment.ts";
import { Prose } from "../parts/prose.tsx";
import { CallFields } from "../questions/call-fields.tsx";
import { Context } from "../questions/context.tsx";
import { Attachments } from "./attachments.tsx";
import type { CallLine, Line, OutageLine } from "./line.ts";
import { RelatedRun } from "./related.tsx";

export function LineDetail({ line, inspect }: { line: Line; inspect: (line: Line) => void }) {
  return (
    <div className="line-detail">
      <Content line={line} inspect={inspect} />
      {line.kind !== "fold" && (
        <button type="button" className="link-button" onClick={() => inspect(line)}>
          Inspect
        </button>
      )}
    </div>
  );
}

function Content({ line, inspect }: { line: Line; inspect: (line: Line) => void }) {
  switch (line.kind) {
    case "call":
      return <CallContent line={line} />;
    case "model":
      return line.answer.text ? (
        <Prose text={line.answer.text} untrusted />
      ) : (
        <p className="muted">
          It said nothing and chose {line.answer.calls.map((call) => call.tool).join(", ") || "nothing"}.
        </p>
      );
    case "question":
      return (
        <>
          <Prose text={line.question.text} untrusted />
          {line.question.context && (
            <Context question={line.question} context={line.question.context} untrusted />
          )}
          {line.question.call && (
            <CallFields input={line.question.call.input} origins={line.question.call.origins ?? []} />
          )}
        </>
      );
    case "words":
      return (
        <>
          {line.text !== "" && <p className="said">{line.text}</p>}
          <Attachments files={line.attachments ?? []} />
        </>
      );
    case "outage":
      return <Failures failures={line.failures} />;
    case "fold":
      return (
        <ol className="folded">
          {line.lines.map((call) => (
            <li key={call.key}>
              <button type="button" className="link-button" onClick={() => inspect(call)}>
                <b>{call.title}</b>
                {call.detail}
              </button>
            </li>
          ))}
        </ol>
      );
  }
}

/** Of a trouble of days nobody reads the first hundreds. */
const shownFailures = 100;

function Failures({ failures }: { failures: OutageLine["failures"] }) {
  const earlier = Math.max(0, failures.length - shownFailures);
  return (
    <>
      {earlier > 0 && <p className="muted">{plural(earlier, "earlier failure")}</p>}
      <ol className="failures">
        {failures.slice(earlier).map(({ at, message }, index, shown) => (
          <li key={at}>
            <time className="num" dateTime={new Date(at).toISOString()}>
              {clockSeconds(at)}
            </time>{" "}
            {shown[index - 1]?.message === message ? <span className="muted">the same</span> : message}
          </li>
        ))}
      </ol>
    </>
  );
}

function CallContent({ line }: { line: CallLine }) {
  return (
    <>
      <CallFields input={line.call.input} />
      {line.error && <p className="call-error">{line.error.message}</p>}
      {line.output !== null && <JsonView label="Result" value={readable(line.output)} />}
      {line.omitted > 0 && <p className="muted">{line.omitted} more characters did not fit.</p>}
      <Attachments files={line.attachments} />
      {line.childId !== null && (
        <ul className="related">
          <RelatedRun id={line.childId} how="started" />
        </ul>
      )}
    </>
  );
}
