/** Who approved or refused which call, and who was refused what, by which rule. */
import { ruleInWords } from "../../core/text/rules.ts";
import type { ApprovalList, RefusalList } from "../../http/wire/server.ts";
import { getApprovals, getRefusals } from "../api/calls.ts";
import { Empty } from "../parts/notice.tsx";
import { Age } from "../parts/time.tsx";
import { Way } from "../parts/way.tsx";
import { Pages } from "./loaded.tsx";
import { Table } from "./table.tsx";

export function DecisionsPage() {
  return (
    <>
      <h2>Decided by people</h2>
      <Pages name="approvals" load={getApprovals}>
        {(pages) => <Approvals approvals={pages.flatMap(({ approvals }) => approvals)} />}
      </Pages>
      <h2>Refused for lack of rights</h2>
      <Pages name="refusals" load={getRefusals}>
        {(pages) => <Refusals refusals={pages.flatMap(({ refusals }) => refusals)} />}
      </Pages>
    </>
  );
}

const verbs = { approve: "approved", refuse: "refused", edit: "changed" } as const;

function Approvals({ approvals }: Pick<ApprovalList, "approvals">) {
  if (approvals.length === 0) return <Empty title="Nobody has approved or refused a call yet." />;
  return (
    <Table
      head={["When", "Who", "What", "Run", "Rule or reason"]}
      rows={approvals.map((row) => [
        <Age key="at" at={row.at} ago />,
        <Who key="who" {...row} />,
        <span key="what">
          {verbs[row.decision]} <code>{row.tool}</code>
        </span>,
        <Way key="run" href={`/runs/${row.run_id}`}>
          the run
        </Way>,
        // A refusal has a reason in a person's words, everything else the rule that let them.
        row.decision === "refuse" ? row.why : ruleInWords(row.why),
      ])}
    />
  );
}

function Refusals({ refusals }: Pick<RefusalList, "refusals">) {
  if (refusals.length === 0) return <Empty title="Nobody was refused anything." />;
  return (
    <Table
      head={["When", "Who", "What", "On", "Rule"]}
      rows={refusals.map((row) => [
        <Age key="at" at={row.at} ago />,
        <Who key="who" {...row} />,
        actionWords(row.action),
        <Place key="on" resource={row.resource} />,
        inWords(row.rule),
      ])}
    />
  );
}

/** `POST /agent/approve` is the API's way to say approve. */
function actionWords(action: string): string {
  const path = /^[A-Z]+ \/(?:agent\/)?(.+)$/.exec(action)?.[1];
  return inWords(path ?? action);
}

/** Codes of the API read as words; what is a sentence already stays one. */
function inWords(code: string): string {
  return /^[a-z_]+$/.test(code) ? code.replaceAll("_", " ") : code;
}

/** By name where it is known; the id, by which the rights name people, on hover. */
function Who({ name, principal }: { name: string | null; principal: string }) {
  return name === null ? <code>{principal}</code> : <span title={principal}>{name}</span>;
}

/** A run is a link to it, in whatever form its refusal named it; an agent is named as people name it. */
function Place({ resource }: { resource: string }) {
  const run = /(?:^|\/)(run_[\w-]+)/.exec(resource)?.[1];
  if (run !== undefined) return <Way href={`/runs/${run}`}>the run</Way>;
  const agent = /^agent:(.+)$/.exec(resource)?.[1];
  return agent === undefined ? <code>{resource}</code> : <>the agent {agent}</>;
}
