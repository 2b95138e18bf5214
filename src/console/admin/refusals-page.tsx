/** Who was refused what, and by which rule. */
import { getRefusals } from "../api/calls.ts";
import { Empty } from "../parts/notice.tsx";
import { Age } from "../parts/time.tsx";
import { Loaded } from "./loaded.tsx";
import { Table } from "./table.tsx";

export function RefusalsPage() {
  return (
    <Loaded name="refusals" load={getRefusals}>
      {({ refusals }) =>
        refusals.length === 0 ? (
          <Empty title="Nobody was refused anything." />
        ) : (
          <Table
            head={["When", "Who", "What", "On", "Rule"]}
            rows={refusals.map((row) => [
              <Age key="at" at={row.at} ago />,
              <code key="who">{row.principal}</code>,
              row.action,
              <code key="on">{row.resource}</code>,
              row.rule,
            ])}
          />
        )
      }
    </Loaded>
  );
}
