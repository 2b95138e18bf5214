/** The agents: what each is for, its model, tools and limits. */

import { plural } from "../../core/text/count.ts";
import { visible } from "../../core/text/visible.ts";
import { getAgents } from "../api/calls.ts";
import { Empty } from "../parts/notice.tsx";
import { TextBlock } from "../parts/text-block.tsx";
import { Loaded } from "./loaded.tsx";

export function AgentsPage() {
  return (
    <Loaded name="agents" load={getAgents}>
      {({ agents, default: first }) =>
        agents.length === 0 ? (
          <Empty title="No agents. Add a file to prompts/ and restart." />
        ) : (
          agents.map((agent) => (
            <section key={agent.name} className="entry">
              <h2>
                {agent.name} {agent.name === first && <span className="tag">default</span>}
              </h2>
              <p>{agent.description}</p>
              <dl className="fact-list">
                <div>
                  <dt>model</dt>
                  <dd>{agent.model ?? "the bot’s default"}</dd>
                </div>
                <div>
                  <dt>limit</dt>
                  <dd className="num">{plural(agent.steps, "step")} before it asks to go on</dd>
                </div>
                <div>
                  <dt>tools</dt>
                  <dd className="chips">
                    {agent.tools.map((tool) => (
                      <code key={tool}>{tool}</code>
                    ))}
                  </dd>
                </div>
                {agent.hand_off.length > 0 && (
                  <div>
                    <dt>hands off to</dt>
                    <dd>{agent.hand_off.join(", ")}</dd>
                  </div>
                )}
                <div>
                  <dt>you may start it</dt>
                  <dd>{agent.may_launch ? "yes" : "no"}</dd>
                </div>
                <div>
                  <dt>prompt</dt>
                  <dd>
                    prompts/{agent.name}.md <code>{agent.hash.slice(0, 12)}</code>
                  </dd>
                </div>
              </dl>
              {agent.instructions !== null && (
                <details>
                  <summary>The prompt</summary>
                  <TextBlock text={visible(agent.instructions)} />
                </details>
              )}
            </section>
          ))
        )
      }
    </Loaded>
  );
}
