/** Writes to the audit trail who was refused what for lack of rights; other refusals are not recorded. */
import type { Ctx, Deps } from "./context.ts";
import type { ProblemError } from "./problems.ts";

const ofRights = ["not_allowed", "not_an_answerer", "not_an_approver", "insufficient_scope"];

/** Writes one audit row when a known caller lacked the right; never rejects: a failed write is logged. */
export async function auditRefusal(
  c: Ctx,
  problem: ProblemError,
  { engine, clock, log }: Deps,
  action = `${c.req.method} ${c.req.path}`,
): Promise<void> {
  const caller = c.get("caller");
  if (!caller || !ofRights.includes(problem.code)) return;
  const row = {
    at: clock.now(),
    principal: caller.actor.principal,
    name: caller.actor.name,
    action,
    resource: problem.more.instance ?? c.req.path,
    decision: "refused",
    rule: problem.code,
  } as const;
  await engine.store.audit(row).catch((error: unknown) => {
    // The refusal stands whether or not it could be written down.
    log.error({ request_id: c.get("requestId"), err: error }, "audit failed");
  });
}
