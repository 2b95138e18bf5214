/** A small engine for the Discord channel under test: durable, deduplicated, remembers, and can fail. */

import type { Inlet } from "../../../src/core/ports/channel.ts";
import type { Inbound } from "../../../src/core/ports/inbound.ts";
import type { StoredAttachment } from "../../../src/core/ports/kept-rows.ts";
import type { QuestionRow, RunRow } from "../../../src/core/ports/runs.ts";

export interface RecordingInlet extends Inlet {
  /** Each thing said once; `offered` counts the repetitions too. */
  readonly accepted: Inbound[];
  offered: number;
  readonly notes: Map<string, string>;
  /** By hash. */
  readonly attachments: Map<string, StoredAttachment>;
  readonly questions: Map<string, QuestionRow>;
  /** A run that speaks at this address. */
  runSpeaksAt(runId: string, address: string): void;
  /** The next messages can't be stored, this many times. */
  failNext: number;
  /** What is wrong with edited arguments. */
  wrongEdit: Inlet["checkEdit"];
  /** Prefixes of addresses that the channel asked to try again. */
  readonly retried: string[];
}

export function recordingInlet(): RecordingInlet {
  const accepted: Inbound[] = [];
  const notes = new Map<string, string>();
  const questions = new Map<string, QuestionRow>();
  const runs = new Map<string, RunRow>();
  const at = new Map<string, string>();
  const unused = () => Promise.reject(new Error("channels do not use this"));
  const inlet: RecordingInlet = {
    accepted,
    notes,
    questions,
    offered: 0,
    retried: [],
    attachments: new Map(),
    failNext: 0,
    wrongEdit: async () => null,
    runSpeaksAt(runId, address) {
      at.set(address, runId);
      runs.set(runId, rowOf(runId, address));
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
    async retryAt(prefix) {
      inlet.retried.push(prefix);
    },
    checkEdit: (edit) => inlet.wrongEdit(edit),
    launch: unused,
    command: unused,
    store: {
      note: async (name) => notes.get(name) ?? null,
      saveNote: async (name, value) => void notes.set(name, value),
      runAt: async (address) => at.get(address) ?? null,
      run: async (runId) => runs.get(runId) ?? null,
      runs: async () => [...runs.values()],
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
      inboxRow: async () => null,
    },
  };
  return inlet;
}

function rowOf(runId: string, address: string): RunRow {
  return {
    runId,
    version: 1,
    status: "running",
    agent: "ops",
    task: "a task",
    channel: "discord",
    principal: "discord:600000000000000001",
    personName: "dana",
    address,
    parentId: null,
    steps: 0,
    tokens: 0,
    costUsd: 0,
    asking: 0,
    launchedAt: 0,
    updatedAt: 0,
  };
}
