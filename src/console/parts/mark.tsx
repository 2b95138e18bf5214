/** Shapes that say a state without colour: each status, each kind of step. */
import type { ReactNode } from "react";
import type { Status } from "../../core/text/status.ts";

export type Shape =
  | "running"
  | "waiting"
  | "paused"
  | "done"
  | "failed"
  | "limit"
  | "cancelled"
  | "sleeping"
  | "model"
  | "person"
  | "note";

const round = { fill: "none", strokeWidth: 1.75, strokeLinecap: "round", strokeLinejoin: "round" } as const;

const drawings: Record<Shape, ReactNode> = {
  running: <circle cx="8" cy="8" r="4.25" fill="currentColor" />,
  waiting: <circle cx="8" cy="8" r="4.5" {...round} stroke="currentColor" strokeWidth="2.25" />,
  paused: <path d="M5.75 4.5v7M10.25 4.5v7" {...round} stroke="currentColor" strokeWidth="2.25" />,
  done: <path d="m3.75 8.5 2.75 2.75 5.75-6" {...round} stroke="currentColor" strokeWidth="2" />,
  failed: <path d="m4.5 4.5 7 7m0-7-7 7" {...round} stroke="currentColor" strokeWidth="2" />,
  limit: <path d="M8 3.25 12.75 8 8 12.75 3.25 8Z" {...round} stroke="currentColor" />,
  cancelled: (
    <path d="M4.9 11.1 11.1 4.9M8 3a5 5 0 1 1 0 10A5 5 0 0 1 8 3Z" {...round} stroke="currentColor" />
  ),
  sleeping: <path d="M12.5 9.5A5 5 0 1 1 6.5 3.5a4.2 4.2 0 0 0 6 6Z" {...round} stroke="currentColor" />,
  model: (
    <path
      d="M8 3v10M3 8h10M4.7 4.7l6.6 6.6m0-6.6-6.6 6.6"
      {...round}
      stroke="currentColor"
      strokeWidth="1.5"
    />
  ),
  person: (
    <path d="M3.25 4.5h9.5v6.25H7.5L5 13v-2.25H3.25Z" {...round} stroke="currentColor" strokeWidth="1.6" />
  ),
  note: <path d="M5 8h6" {...round} stroke="currentColor" strokeWidth="2" />,
};

export const shapeOfStatus: Record<Status, Shape> = {
  running: "running",
  paused: "paused",
  waiting_human_input: "waiting",
  complete: "done",
  failed: "failed",
  max_steps_reached: "limit",
  sleeping: "sleeping",
  cancelled: "cancelled",
};

export function Mark({ shape, live = false }: { shape: Shape; live?: boolean }) {
  return (
    <svg className={`mark mark-${shape}${live ? " live" : ""}`} viewBox="0 0 16 16" aria-hidden="true">
      {drawings[shape]}
    </svg>
  );
}

/** Shape, colour and word together. */
export function StatusMark({ status, words }: { status: Status; words: string }) {
  const shape = shapeOfStatus[status];
  return (
    <span className={`status tone-${shape}`}>
      <Mark shape={shape} live={status === "running" || status === "waiting_human_input"} />
      <span>{words}</span>
    </span>
  );
}
