/** A run and its questions as rows: what lists, filters and workers read of a store. */
import type { Address, Principal } from "../actor.ts";
import type { RunEvent } from "../event.ts";
import type { Question } from "../question.ts";
import type { Status } from "../text/status.ts";

/** The row that lists and filters read; derived from the events and written with them. */
export interface RunRow {
  runId: string;
  version: number;
  status: Status;
  agent: string;
  task: string;
  channel: string;
  principal: Principal;
  personName: string;
  address: Address | null;
  parentId: string | null;
  steps: number;
  tokens: number;
  /** null: the model's price is not known. */
  costUsd: number | null;
  /** Open questions, so that lists need no second look. */
  asking: number;
  launchedAt: number;
  updatedAt: number;
}

/** A question of any run; times are ms since the epoch, `settledAt` null while it is open. */
export interface QuestionRow {
  runId: string;
  question: Question;
  askedAt: number;
  settledAt: number | null;
}

/** A place in the list of open questions: right behind this one. */
export interface QuestionPlace {
  askedAt: number;
  questionId: string;
}

/** Some open questions, oldest first. */
export interface QuestionPage {
  rows: QuestionRow[];
  /** Questions in this stretch of the list whose own words can't be read; their runs may be whole. */
  unreadable: (QuestionPlace & { runId: string; why: string })[];
  /** Where the following page begins; null at the end of the list. */
  next: QuestionPlace | null;
}

/** Open questions of all runs of one agent that one principal started. */
export interface QuestionCount {
  agent: string;
  principal: Principal;
  open: number;
}

/** An event of a log of which other events can't be read. */
export type ReadEvent = { version: number } & ({ event: RunEvent } | { event: null; why: string });

/** A run by its id, with what the right to read it goes by. */
export type NamedRun = Pick<RunRow, "runId" | "agent" | "principal">;

/** `held`: so many of the words that were looked for stand somewhere in its task. */
export type TitledRun = NamedRun & Pick<RunRow, "task"> & { held: number };

/** How a run began or ended; null: this event can't be read. */
export interface EdgeEvent {
  runId: string;
  event: RunEvent | null;
}

/** Fields that are there must all hold. `limit`: rows at most. */
export interface RunFilter {
  status?: readonly Status[];
  agent?: string;
  channel?: string;
  principal?: Principal;
  /** Part of the task, of the name of who started it, of the agent's name or of the id; case-insensitive. */
  text?: string;
  parentId?: string;
  /** Only runs with open questions. */
  asking?: boolean;
  /** Only these runs. */
  runIds?: readonly string[];
  /** Only runs in whose log this tool was chosen. Read from the logs: give `runIds` with it, or every log is read. */
  tool?: string;
  /** Part of the answer or of the failure that a run ended with; case-insensitive. Read from the logs, like `tool`. */
  outcome?: string;
  /**
   * Only runs whose launch names this run by its id: as the turn before it, as the one whose task it was given again,
   * as its parent. Read from each run's first event: give `near` or `text` with it, or every run is looked at.
   */
  launchNames?: string;
  /** Only runs in which a call was answered with one of these ids of runs. Read from the logs, like `tool`. */
  resultNames?: readonly string[];
  /** Only runs whose first address begins with this. */
  near?: string;
  /** Keyset: runs older than this one (launchedAt, runId), newest first. */
  before?: { launchedAt: number; runId: string };
  limit: number;
}

/** A run that this worker owns until its lease ends. `epoch` grows with each owner and is checked in each commit. */
export interface Claim {
  runId: string;
  epoch: number;
  /** The former owner did not let go: its lease ran out. */
  recovered: boolean;
  /** The whole log as it was then, where the store finds it on the way; it may be old news when it is used. */
  log?: readonly RunEvent[];
}
