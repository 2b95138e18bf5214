/**
 * A small engine in memory, for adapters under test: it keeps the promises of Inlet (durable,
 * deduplicated) and remembers.
 */
import type { LaunchRequest, RefusalCode, RunCommand } from "../../../src/core/command.ts";
import type { Inlet, Submitted } from "../../../src/core/ports/channel.ts";
import type { InboxKey, InboxRow } from "../../../src/core/ports/deliveries.ts";
import type { Inbound } from "../../../src/core/ports/inbound.ts";
import type { AuditRow } from "../../../src/core/ports/kept-rows.ts";
import type { QuestionRow, RunRow } from "../../../src/core/ports/runs.ts";
import { isEnded } from "../../../src/core/text/status.ts";
import { openIn, runRow } from "../recording-inlet.ts";

export interface MemoryInlet extends Inlet {
  readonly launches: { agent: string; launch: LaunchRequest; runId: string }[];
  readonly commands: { runId: string; command: RunCommand }[];
  readonly accepted: Inbound[];
  readonly auditRows: AuditRow[];
  readonly notes: Map<string, string>;
  /** Change a run's row: its status, for instance. */
  setRun(runId: string, change: Partial<RunRow>): void;
  addQuestion(row: QuestionRow): void;
  /** The next launches and commands are refused with this code; null: none. */
  refuseWith(code: RefusalCode | null): void;
  /** The next launches and commands throw this; null: none. */
  failWith(error: Error | null): void;
}

export function memoryInlet(): MemoryInlet {
  const launches: MemoryInlet["launches"] = [];
  const commands: MemoryInlet["commands"] = [];
  const accepted: Inbound[] = [];
  const auditRows: AuditRow[] = [];
  const notes = new Map<string, string>();
  const rows = new Map<string, RunRow>();
  const inbox = new Map<string, string>();
  const atAddress = new Map<string, string>();
  const questions = new Map<string, QuestionRow>();
  let refusal: RefusalCode | null = null;
  let failure: Error | null = null;

  function submit(key: InboxKey | null, act: () => string): Submitted {
    if (failure) throw failure;
    const known = key && inbox.get(`${key.source}\n${key.key}`);
    if (known) return { ok: true, runId: known, duplicate: true, version: 1 };
    if (refusal) return { ok: false, refusal: { code: refusal, message: `refused: ${refusal}` } };
    const runId = act();
    if (key) inbox.set(`${key.source}\n${key.key}`, runId);
    return { ok: true, runId, duplicate: false, version: 1 };
  }

  return {
    retryAt: async () => {},
    returned: async () => {},
    checkEdit: async () => null,
    launches,
    commands,
    accepted,
    auditRows,
    notes,
    setRun(runId, change) {
      const row = rows.get(runId);
      if (row) rows.set(runId, { ...row, ...change });
    },
    addQuestion: (row) => void questions.set(row.question.id, row),
    refuseWith: (code) => {
      refusal = code;
    },
    failWith: (error) => {
      failure = error;
    },
    async accept(inbound) {
      accepted.push(inbound);
      return "new";
    },
    async launch(agent, launch, key) {
      // A turn of the event loop, as a real store takes one: races between callers are possible.
      await Promise.resolve();
      return submit(key, () => {
        const runId = `run_${launches.length + 1}`;
        launches.push({ agent, launch, runId });
        rows.set(runId, rowOf(runId, agent, launch));
        for (const address of launch.addresses) atAddress.set(address, runId);
        return runId;
      });
    },
    async command(runId, command, key) {
      return submit(key, () => {
        commands.push({ runId, command });
        return runId;
      });
    },
    store: {
      note: async (name) => notes.get(name) ?? null,
      saveNote: async (name, value) => void notes.set(name, value),
      runAt: async (address) => atAddress.get(address) ?? null,
      liveRunsAt: async (address) => {
        const here = launches.filter(({ launch }) => launch.addresses.includes(address));
        return here
          .map(({ runId }) => runId)
          .filter((runId) => !isEnded(rows.get(runId)?.status ?? "failed"));
      },
      run: async (runId) => rows.get(runId) ?? null,
      runs: async () => [...rows.values()],
      question: async (id) => questions.get(id) ?? null,
      openQuestions: openIn(questions),
      deliveries: async () => [],
      attachment: async () => null,
      audit: async (row) => void auditRows.push(row),
      inboxRow: async ({ source, key }) => inboxRow(source, key, inbox.get(`${source}\n${key}`)),
    },
  };
}

function inboxRow(source: string, key: string, runId: string | undefined): InboxRow | null {
  if (runId === undefined) return null;
  return { source, key, body: "", receivedAt: 0, state: "done", runId, outcome: null };
}

function rowOf(runId: string, agent: string, launch: LaunchRequest): RunRow {
  return runRow({
    runId,
    agent,
    task: launch.task,
    channel: launch.via.channel,
    principal: launch.actor.principal,
    personName: launch.actor.name,
    address: launch.addresses[0] ?? null,
  });
}
