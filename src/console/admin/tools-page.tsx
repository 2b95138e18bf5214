/** The tools: what each does to the world and who must approve it. */

import { ruleInWords, rulesInWords } from "../../core/text/rules.ts";
import type { ToolList } from "../../http/wire/server.ts";
import { getTools } from "../api/calls.ts";
import { JsonView } from "../parts/json-view.tsx";
import { Empty } from "../parts/notice.tsx";
import { Loaded } from "./loaded.tsx";

const effects = {
  read: "changes nothing",
  idempotent: "may be repeated",
  once: "happens once, never repeated by itself",
} as const;

export function ToolsPage() {
  return (
    <Loaded name="tools" load={getTools}>
      {({ tools }) =>
        tools.length === 0 ? (
          <Empty title="No tools." />
        ) : (
          tools.map((tool) => (
            <section key={tool.name} className="entry">
              <h2>
                <code>{tool.name}</code>
              </h2>
              <p>{tool.description}</p>
              <dl className="fact-list">
                <div>
                  <dt>effect</dt>
                  <dd>{effects[tool.effect]}</dd>
                </div>
                <div>
                  <dt>approval</dt>
                  <dd>{approvalWords(tool)}</dd>
                </div>
                {tool.untrusted && (
                  <div>
                    <dt>output</dt>
                    <dd>untrusted: a run that has read it needs approval for what happens once</dd>
                  </div>
                )}
              </dl>
              <details>
                <summary>Arguments</summary>
                <JsonView label="JSON Schema" value={tool.schema} />
              </details>
            </section>
          ))
        )
      }
    </Loaded>
  );
}

function approvalWords({ approval, effect }: ToolList["tools"][number]): string {
  if (!approval) return effect === "once" ? "only after untrusted data was read" : "nobody has to";
  const by = approval.by.length === 0 ? "the agent’s approvers" : rulesInWords(approval.by);
  const own = approval.own_request ? "" : `, not ${ruleInWords("requester")}`;
  return `${approval.count} of ${by}${own}`;
}
