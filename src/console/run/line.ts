/** One line of the timeline: what a person is told of one or several events that belong together. */
import type { Attachment } from "../../core/attachment.ts";
import type { ChosenCall } from "../../core/chosen-call.ts";
import type { EventOf } from "../../core/event.ts";
import type { Question } from "../../core/question.ts";
import type { Shape } from "../parts/mark.tsx";

export interface LineBase {
  key: string;
  at: number;
  /** The events that it tells of, for the inspector. */
  versions: number[];
  shape: Shape;
  title: string;
  /** The rest of the sentence, quieter. */
  detail: string;
  /** What the step took; null when that says nothing. */
  ms: number | null;
  /** Still going on or waited for: it pulses, and its time counts on. */
  live: boolean;
  /** Opens by itself: an error, a doubt, words that matter. */
  open: boolean;
}

export type CallLine = LineBase & {
  kind: "call";
  call: ChosenCall;
  output: string | null;
  /** Characters of the output that were left out. */
  omitted: number;
  attachments: readonly Attachment[];
  error: { code: string; message: string } | null;
  childId: string | null;
  settled: boolean;
};
type ModelLine = LineBase & { kind: "model"; answer: EventOf<"model_answered"> };
export type QuestionLine = LineBase & { kind: "question"; question: Question; approvals: number };
export type WordsLine = LineBase & { kind: "words"; text: string; attachments?: readonly Attachment[] };
export type FoldLine = LineBase & { kind: "fold"; lines: CallLine[] };
/** The model failed, once or again and again. */
export type OutageLine = LineBase & { kind: "outage"; failures: { at: number; message: string }[] };
export type Line = CallLine | ModelLine | QuestionLine | WordsLine | FoldLine | OutageLine;
