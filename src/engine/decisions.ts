/** Writes to the audit trail what people decided about calls: approved, refused, changed. */
import type { Logger } from "pino";
import type { RunCommand } from "../core/command.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Store } from "../core/ports/store.ts";
import type { State } from "../core/state.ts";
import type { Recorded } from "./record.ts";

/** What writing a decision down needs. */
export interface DecisionDeps {
  store: Pick<Store, "audit">;
  clock: Clock;
  log: Logger;
}

/** Never rejects: the decision stands in the run's log, this is the list of all of them. */
export async function auditDecision(
  { store, clock, log }: DecisionDeps,
  command: RunCommand,
  recorded: Recorded,
): Promise<void> {
  if (recorded.type !== "recorded") return;
  if (command.type !== "approve" && command.type !== "refuse" && command.type !== "edit") return;
  const { state } = recorded;
  const tool = toolOf(state, command.questionId);
  // A refused question without a call decides about no call.
  if (tool === null) return;
  const row = {
    at: clock.now(),
    principal: command.actor.principal,
    name: command.actor.name,
    action: `${command.type} ${tool}`,
    resource: state.runId,
    decision: "allowed",
    rule: command.type === "refuse" ? command.reason.slice(0, 200) : ruleOf(state, command),
  } as const;
  await store.audit(row).catch((error: unknown) => {
    log.error({ run: state.runId, err: error }, "audit failed");
  });
}

function toolOf({ questions, settled }: State, questionId: string): string | null {
  return [...questions, ...settled].find(({ id }) => id === questionId)?.call?.tool ?? null;
}

/** What let them; empty where the log does not say. */
function ruleOf({ questions, settled }: State, { questionId, actor }: Deciding): string {
  const question = [...questions, ...settled].find(({ id }) => id === questionId);
  return question?.approvedBy.find(({ principal }) => principal === actor.principal)?.rule ?? "";
}

type Deciding = Extract<RunCommand, { type: "approve" | "edit" }>;
