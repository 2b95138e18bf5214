/** A small engine for the Slack channel under test: durable, deduplicated, remembers, and can fail. */

import type { Inlet } from "../../../src/core/ports/channel.ts";
import type { Inbound } from "../../../src/core/ports/inbound.ts";
import type { StoredAttachment } from "../../../src/core/ports/kept-rows.ts";
import type { QuestionRow, RunRow } from "../../../src/core/ports/runs.ts";
import type { Question } from "../../../src/core/question.ts";

export interface RecordingInlet extends Inlet {
  readonly accepted: Inbound[];
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
    failNext: 0,
    wrongEdit: async () => null,
    retried: [],
    attachments: new Map(),
    rows: new Map(),
    notes: new Map(),
    async accept(inbound) {
      if (inlet.failNext > 0) {
        inlet.failNext -= 1;
        throw new Error("the disk is full");
      }
      if (accepted.some((known) => known.key === inbound.key)) return "duplicate";
      accepted.push(inbound);
      return "new";
    },
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
      run: async (runId) => inlet.rows.get(runId) ?? null,
      runs: async () => [],
      question: async (id) => questions.get(id) ?? null,
      openQuestions: async ({ runId }) => ({
        rows: [...questions.values()].filter(
          (row) => row.settledAt === null && (runId === undefined || row.runId === runId),
        ),
        unreadable: [],
        next: null,
      }),
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

/** An open approval of a call with this input. */
export function approvalRow(questionId: string, input: unknown): QuestionRow {
  const question: Question = {
    id: questionId,
    kind: "approval",
    callId: "call_1",
    text: "May I restart payments?",
    context: null,
    choices: [],
    freeText: false,
    audience: ["*"],
    call: { tool: "restart_service", input, hash: "h1", preview: null },
    need: 1,
  };
  return { runId: "run_7f3a", question, askedAt: 0, settledAt: null };
}

export function runRow(change: Partial<RunRow>): RunRow {
  return {
    runId: "run_7f3a",
    version: 1,
    status: "running",
    agent: "ops",
    task: "a task",
    channel: "slack",
    principal: "slack:T1/U1",
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
