/** The audit trail as lists: what people decided about calls, and who was refused what. */
import { isOwner, type Principal } from "../../core/actor.ts";
import type { AuditFilter, AuditRow, KeptAudit } from "../../core/ports/kept-rows.ts";
import { owner } from "../guard/auth.ts";
import type { Server } from "../guard/context.ts";
import { cursorOf, parseSeq } from "../view/cursor.ts";
import type { DecisionsQuery } from "../wire/queries.ts";
import type { ApprovalList, RefusalList } from "../wire/server.ts";

const decisions = ["approve", "refuse", "edit"] as const;

export async function approvalsOf(server: Server, query: DecisionsQuery): Promise<ApprovalList> {
  const { rows, next } = await pageOf(server, query, { decision: "allowed", verbs: decisions });
  const names = await namesOf(server, rows);
  return {
    approvals: rows.flatMap(({ at, principal, action, resource, rule }) => {
      const [verb, tool] = action.split(" ");
      const decision = decisions.find((known) => known === verb);
      if (decision === undefined || tool === undefined) return [];
      const name = names.get(principal) ?? null;
      return { at, principal, name, decision, tool, run_id: resource, why: rule };
    }),
    next,
  };
}

export async function refusalsOf(server: Server, query: DecisionsQuery): Promise<RefusalList> {
  const { rows, next } = await pageOf(server, query, { decision: "refused" });
  const names = await namesOf(server, rows);
  return {
    refusals: rows.map(({ at, principal, action, resource, rule }) => {
      return { at, principal, name: names.get(principal) ?? null, action, resource, rule };
    }),
    next,
  };
}

/** One more than fits is looked for: it says whether there is a next page. */
async function pageOf(
  { engine }: Server,
  { cursor, limit }: DecisionsQuery,
  which: AuditFilter,
): Promise<{ rows: KeptAudit[]; next: string | null }> {
  const before = cursor === undefined ? {} : { before: parseSeq(cursor, "newest") };
  const found = await engine.store.audits(limit + 1, { ...which, ...before });
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return {
    rows,
    next: last && found.length > limit ? cursorOf({ at: last.at, id: String(last.seq) }) : null,
  };
}

/** So many people are looked up by the newest run that they started; of the others what they were called then is shown. */
const maxNames = 50;

/** What principals are called, where that is known. `rows`: newest first. */
export async function namesOf(
  { engine }: Pick<Server, "engine">,
  rows: readonly AuditRow[],
): Promise<Map<Principal, string>> {
  const principals = [...new Set(rows.map(({ principal }) => principal))].slice(0, maxNames);
  const found = principals.map(async (principal): Promise<[Principal, string][]> => {
    if (isOwner(principal)) return [[principal, owner]];
    const [run] = await engine.store.runs({ principal, limit: 1 });
    return run ? [[principal, run.personName]] : [];
  });
  const then = rows.toReversed().flatMap(({ principal, name }): [Principal, string][] => {
    return name ? [[principal, name]] : [];
  });
  return new Map([...then, ...(await Promise.all(found)).flat()]);
}
