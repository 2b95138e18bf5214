/** One question a person must settle, as it stands in a run and in the inbox. */

import { cameBack } from "../../core/text/returned.ts";
import { audienceInWords, rulesInWords } from "../../core/text/rules.ts";
import { goneInWords } from "../../core/text/tool-gone.ts";
import { visible } from "../../core/text/visible.ts";
import type { WireQuestion } from "../../http/wire/questions.ts";
import { Mark } from "../parts/mark.tsx";
import { Prose } from "../parts/prose.tsx";
import { TextBlock } from "../parts/text-block.tsx";
import { Since } from "../parts/time.tsx";
import { namesWith } from "../parts/words.ts";
import { AnswerForm } from "./answer-form.tsx";
import { ApprovalForm } from "./approval-form.tsx";
import { CallFields } from "./call-fields.tsx";
import { Context } from "./context.tsx";

export interface QuestionCardProps {
  runId: string;
  question: WireQuestion;
  /** The name of whoever started the run. */
  requester: string;
  /** The run has read untrusted bytes. */
  untrusted: boolean;
  /** The keys a, y and e speak of this one. */
  first: boolean;
  onRefused: (error: Error) => void;
}

const titles = {
  ask: "Question",
  approval: "Approval",
  doubt: "In doubt",
  stuck: "Stuck",
  budget: "Budget used",
} as const;

export function QuestionCard(props: QuestionCardProps) {
  const { question, requester, untrusted, ...rest } = props;
  const settling = { question, ...rest };
  const { call } = question;
  const title = call ? `${titles[question.kind]} · ${call.tool}` : titles[question.kind];
  return (
    <article className={`card kind-${question.kind}`} aria-label={title} data-question={question.id}>
      <header>
        <h2 className="status tone-waiting">
          <Mark shape="waiting" /> {title}
        </h2>
        <span className="muted" title={rulesInWords(question.audience, namesWith(requester))}>
          for {audienceInWords(question.audience, namesWith(requester))} · <Since at={question.asked_at} />
        </span>
      </header>
      <Prose text={question.text} untrusted={untrusted} />
      {question.context && <Context question={question} context={question.context} untrusted={untrusted} />}
      {question.link && <Link link={question.link} />}
      {call && <CallFields input={call.input} origins={call.origins} />}
      {call?.preview && <Preview text={call.preview} />}
      <Consequence question={question} />
      {question.returned.map((post) => (
        <p className="muted" key={post.to}>
          {visible(cameBack(post))}
        </p>
      ))}
      {!question.may_answer && (
        <p className="muted reasons">
          Only {rulesInWords(question.audience, namesWith(requester))} may{" "}
          {question.kind === "approval" ? "approve" : "answer"} this.
        </p>
      )}
      {question.kind === "approval" ? <ApprovalForm {...settling} /> : <AnswerForm {...settling} />}
    </article>
  );
}

/** In the tool's words, so that nobody takes them for the bot's own. */
function Preview({ text }: { text: string }) {
  return (
    <div className="preview">
      <p className="json-label">Preview by the tool</p>
      <TextBlock text={visible(text)} />
    </div>
  );
}

/** Nothing here follows it: the host stands beside it, and a person opens it or not. */
function Link({ link: { host, url } }: { link: NonNullable<WireQuestion["link"]> }) {
  if (url === null)
    return <p className="muted">{`A page of ${host}; only whoever started this run is shown the link.`}</p>;
  return (
    <p>
      {`A page of ${host}: `}
      <a href={url} target="_blank" rel="noopener noreferrer">
        {visible(url)}
      </a>
    </p>
  );
}

/** What happens with the answer, and what happens without one. */
function Consequence({ question }: { question: WireQuestion }) {
  const gone = goneInWords(question, question.tool_gone);
  if (gone !== null) return <p className="muted">{visible(gone)}</p>;
  const given = question.approved_by.map((person) => person.name).join(", ");
  if (question.kind === "approval") {
    return (
      <p className="muted">
        It runs once, exactly as shown. Until somebody decides, it waits.
        {question.need > 1 &&
          ` ${question.approved_by.length} of ${question.need} have approved${given && `: ${given}`}.`}
      </p>
    );
  }
  if (question.kind === "doubt") {
    return (
      <p className="muted">It was interrupted while it ran, and is never repeated without a person’s word.</p>
    );
  }
  if (question.kind === "budget") return <p className="muted">Nothing is spent until somebody decides.</p>;
  return null;
}
