/** One run from top to bottom: what it is, what can be done now, what happened, what it asks, what came out. */
import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { brief } from "../../core/text/brief.ts";
import { wordsInBrief } from "../../core/text/plain-words.ts";
import type { WireEvent } from "../../http/wire/events.ts";
import type { RunState } from "../../http/wire/runs.ts";
import { getTools, keys } from "../api/calls.ts";
import { ApiError, isDamaged } from "../api/client.ts";
import { useRun, useRunLog } from "../api/run-log.ts";
import { announce } from "../parts/announce.tsx";
import { ErrorNote, Skeleton } from "../parts/notice.tsx";
import { Nowhere } from "../parts/nowhere.tsx";
import { usePageTitle } from "../parts/page-title.ts";
import { statusOfRun } from "../parts/words.ts";
import { QuestionCard } from "../questions/question-card.tsx";
import { ActionsBar } from "./actions-bar.tsx";
import { RunId } from "./attachments.tsx";
import { ForgetDamaged, Forgotten } from "./forget.tsx";
import { Inspecting } from "./inspecting.tsx";
import { LeftBehind } from "./left-behind.tsx";
import type { Line } from "./line.ts";
import { linesOf } from "./lines.ts";
import { Outcome } from "./outcome.tsx";
import { Related } from "./related.tsx";
import { RunHeader } from "./run-header.tsx";
import { StickyEnd } from "./sticky-end.tsx";
import { Timeline } from "./timeline.tsx";

export function RunPage({ id }: { id: string }) {
  const { data: run, error } = useRun(id);
  const { events, error: logError } = useRunLog(id);
  usePageTitle(run ? brief(run.title, 60) : "Run");
  useStatusSaid(run);
  const problem = error ?? logError;
  if (isForgotten(problem)) return <Forgotten id={id} words={problem.message} />;
  if (problem && !run) {
    return (
      <Nowhere title="This run can’t be shown">
        {isMissing(problem) ? (
          <p>There is no run at this address, or you may not see it.</p>
        ) : (
          <ErrorNote error={problem} />
        )}
        {isDamaged(problem) && (isOfNewer(problem) ? <Newer /> : <ForgetDamaged id={id} />)}
      </Nowhere>
    );
  }
  if (!run) {
    return (
      <div className="run-page">
        <div className="run-scroll">
          <Skeleton lines={9} label="Loading the run" />
        </div>
      </div>
    );
  }
  return <LoadedRun key={id} run={run} events={events} />;
}

function LoadedRun({ run, events }: { run: RunState; events: WireEvent[] | null }) {
  const reads = useReads();
  const lines = useMemo(() => (events ? linesOf(events, reads) : null), [events, reads]);
  const [inspectedKey, inspectKey] = useState<string | null>(null);
  const inspected = useMemo(() => findLine(lines ?? [], inspectedKey), [lines, inspectedKey]);
  const inspect = useCallback((line: Line | null) => inspectKey(line?.key ?? null), []);
  const [refusal, setRefusal] = useState<Error | null>(null);
  const settled = useMemo(() => settledIn(events), [events]);
  // What runs below ask stands on their own pages: their logs are followed there.
  const open = run.questions.filter(({ id, run_id }) => run_id === run.id && !settled.has(id));
  return (
    <div className={`run-page${inspected ? " inspecting" : ""}`}>
      <StickyEnd
        count={lines?.length ?? 0}
        begins={open[0]?.id ?? (run.final_answer === null ? null : "outcome")}
      >
        <div className="run-head">
          <RunHeader run={run} />
          <ActionsBar run={run} />
        </div>
        <LeftBehind why={run.left_behind} />
        <Related run={run} />
        {lines ? (
          <RunId value={run.id}>
            <Timeline lines={lines} run={run} inspected={inspected?.key ?? null} inspect={inspect} />
          </RunId>
        ) : (
          <Skeleton lines={6} label="Loading the timeline" />
        )}
        {open.map((question, index) => (
          <QuestionCard
            key={question.id}
            runId={run.id}
            question={question}
            requester={run.from.name}
            untrusted={run.read_untrusted}
            first={index === 0}
            onRefused={setRefusal}
          />
        ))}
        {!open.length && <ErrorNote error={refusal} />}
        <Outcome run={run} onStep={(version) => inspect(lineOf(lines ?? [], version))} />
      </StickyEnd>
      {inspected && (
        <Inspecting run={run} line={inspected} events={events ?? []} onClose={() => inspect(null)} />
      )}
    </div>
  );
}

/** Also while what it was is still on the page. */
function isForgotten(error: Error | null): error is ApiError {
  return error instanceof ApiError && error.status === 410;
}

function isOfNewer(error: Error): boolean {
  return error instanceof ApiError && error.problem?.newer === true;
}

function Newer() {
  return (
    <p>Nothing of it is lost: the release that wrote it, or a later one, shows it and goes on with it.</p>
  );
}

function isMissing(error: Error): boolean {
  return error instanceof ApiError && error.status === 404;
}

/** A change of the run's status is said aloud, with the outcome; what stood when the page opened is read anyway. */
function useStatusSaid(run: RunState | undefined): void {
  const last = useRef<string | null>(null);
  const words = run ? statusOfRun(run) : null;
  const outcome = run?.final_answer ?? run?.error ?? "";
  useEffect(() => {
    if (words !== null && last.current !== null && words !== last.current) {
      announce([words, wordsInBrief(outcome, 200)].filter(Boolean).join(": "));
    }
    last.current = words;
  }, [words, outcome]);
}

function findLine(lines: readonly Line[], key: string | null): Line | null {
  return key === null ? null : (unfolded(lines).find((line) => line.key === key) ?? null);
}

/** The line that tells of the event of this version. */
function lineOf(lines: readonly Line[], version: number): Line | null {
  return unfolded(lines).findLast(({ versions }) => versions.includes(version)) ?? null;
}

function unfolded(lines: readonly Line[]): Line[] {
  return lines.flatMap((line): Line[] => (line.kind === "fold" ? [line, ...line.lines] : [line]));
}

/** The log is faster than the state: a question it settles closes in that moment. */
function settledIn(events: readonly WireEvent[] | null): ReadonlySet<string> {
  const settled = new Set<string>();
  for (const { data } of events ?? []) {
    if (data.type === "question_answered" || data.type === "approval_refused") settled.add(data.questionId);
  }
  return settled;
}

function useReads(): ReadonlySet<string> {
  const { data } = useQuery({ queryKey: keys.tools, queryFn: getTools, staleTime: 300_000 });
  return useMemo(
    () => new Set(data?.tools.filter((tool) => tool.effect === "read").map((tool) => tool.name)),
    [data],
  );
}
