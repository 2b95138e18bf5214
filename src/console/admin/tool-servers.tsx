/** Foreign servers of tools: whether each is there, and which of its tools no model is offered, and why. */
import { visible } from "../../core/text/visible.ts";
import type { Health } from "../../http/wire/server.ts";
import { StateList } from "./state-list.tsx";

type ToolServer = NonNullable<Health["tool_servers"]>[number];

export function ToolServers({ servers }: { servers: readonly ToolServer[] }) {
  const states = servers.map((server) => ({
    key: server.name,
    tone: toneOf(server),
    words: <Words server={server} />,
  }));
  return <StateList title="Servers of tools (MCP)" states={states} />;
}

function toneOf({ ok, tools }: ToolServer): "done" | "waiting" | "failed" {
  if (!ok) return "failed";
  return tools.every(({ standing }) => standing === "offered") ? "done" : "waiting";
}

/** What servers say of themselves is theirs: shown without characters that can't be seen. */
function Words({ server: { name, version, detail, tools } }: { server: ToolServer }) {
  const about = version === null ? detail : `${version}; ${detail}`;
  return (
    <>
      <b>{name}</b> <span className="muted">{visible(about)}</span>
      <ul>
        {tools
          .filter(({ standing }) => standing !== "offered")
          .map((tool) => (
            <li key={tool.name}>
              <code>{visible(tool.name)}</code> <span className="muted">{visible(tool.words)}</span>
            </li>
          ))}
      </ul>
    </>
  );
}
