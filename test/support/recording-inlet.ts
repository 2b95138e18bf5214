/** A small engine for a chat channel under test: durable, deduplicated, remembers, and can fail. */

import type { Inlet } from "../../src/core/ports/channel.ts";
import type { Inbound } from "../../src/core/ports/inbound.ts";
import type { StoredAttachment } from "../../src/core/ports/kept-rows.ts";
import type { QuestionRow, RunRow } from "../../src/core/ports/runs.ts";

export interface RecordingInlet extends Inlet {
  /** Each thing said once; `offered` counts the repetitions too. */
  readonly accepted: Inbound[];
  offered: number;
  readonly questions: Map<string, QuestionRow>;
  /** Address → run id. */
  readonly runs: Map<string, string>;
  /** The next messages can't be stored, this many times. */
  failNext: number;
  /** What is wrong with edited arguments. */
  wrongEdit: Inlet["checkEdit"];
  /** Prefixes of addresses that the channel asked to try again. */
  readonly retried: string[];
  /** Runs by id. */
  readonly rows: Map<string, RunRow>;
  /** A run at work that speaks at this address. */
  runSpeaksAt(runId: string, address: string, change?: Partial<RunRow>): void;
  readonly notes: Map<string, string>;
  /** By hash. */
  readonly attachments: Map<string, StoredAttachment>;
}

export function recordingInlet(): RecordingInlet {
  const accepted: Inbound[] = [];
  const questions = new Map<string, QuestionRow>();
  const runs = new Map<string, string>();
  const unused = () => Promise.reject(new Error("channels do not use this"));
  const inlet: RecordingInlet = {
    accepted,
    questions,
    runs,
    offered: 0,
    failNext: 0,
    wrongEdit: async () => null,
    retried: [],
    attachments: new Map(),
    rows: new Map(),
    notes: new Map(),
    runSpeaksAt(runId, address, change) {
      runs.set(address, runId);
      inlet.rows.set(runId, runRow({ runId, address, ...change }));
    },
    async accept(inbound) {
      inlet.offered += 1;
      if (inlet.failNext > 0) {
        inlet.failNext -= 1;
        throw new Error("the disk is full");
      }
      if (accepted.some((known) => known.key === inbound.key)) return "duplicate";
      accepted.push(inbound);
      return "new";
    },
    returned: unused,
    async retryAt(prefix) {
      inlet.retried.push(prefix);
    },
    checkEdit: (edit) => inlet.wrongEdit(edit),
    launch: unused,
    command: unused,
    store: {
      note: async (name) => inlet.notes.get(name) ?? null,
      saveNote: async (name, value) => void inlet.notes.set(name, value),
      runAt: async (address) => runs.get(address) ?? null,
      liveRunsAt: async (address) => [runs.get(address)].filter((runId) => runId !== undefined),
      run: async (runId) => inlet.rows.get(runId) ?? null,
      runs: async () => [...inlet.rows.values()],
      question: async (id) => questions.get(id) ?? null,
      openQuestions: openIn(questions),
      deliveries: async () => [],
      attachment: async (_, hash) => inlet.attachments.get(hash) ?? null,
      audit: async () => undefined,
      inboxRow: async ({ source, key }) =>
        accepted.some((known) => known.key === key)
          ? { source, key, body: "", receivedAt: 0, state: "pending", runId: null, outcome: null }
          : null,
    },
  };
  return inlet;
}

/** The open ones of these questions, as a store lists them. */
export function openIn(questions: ReadonlyMap<string, QuestionRow>): Inlet["store"]["openQuestions"] {
  return async ({ runIds }) => ({
    rows: [...questions.values()].filter(
      (row) => row.settledAt === null && (runIds?.includes(row.runId) ?? true),
    ),
    unreadable: [],
    next: null,
  });
}

/** A run at work; `change` says what is otherwise. */
export function runRow(change: Partial<RunRow>): RunRow {
  return {
    runId: "run_7f3a",
    version: 1,
    status: "running",
    agent: "ops",
    task: "a task",
    channel: "chat",
    principal: "chat:dana",
    personName: "dana",
    address: null,
    parentId: null,
    steps: 0,
    tokens: 0,
    costUsd: 0,
    asking: 0,
    launchedAt: 0,
    updatedAt: 0,
    ...change,
  };
}
