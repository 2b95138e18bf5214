/** Foreign servers of tools: how each is, what it offers, and the acceptance of what changed or appeared. */
import { useIsFetching, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { count } from "../../core/text/count.ts";
import { visibleLine } from "../../core/text/visible.ts";
import type { ReviewedWireTool, ToolServerList, WireToolServer } from "../../http/wire/tool-servers.ts";
import { acceptTools, getToolServers, keys } from "../api/calls.ts";
import { Button, ConfirmButton } from "../parts/button.tsx";
import { Mark } from "../parts/mark.tsx";
import { Empty, ErrorNote } from "../parts/notice.tsx";
import { Age } from "../parts/time.tsx";
import { Loaded } from "./loaded.tsx";
import { ToolDifference } from "./tool-difference.tsx";

export function ToolServersPage() {
  return (
    <Loaded name="tool-servers" load={getToolServers}>
      {({ servers, acceptances }) => (
        <>
          {servers.length === 0 ? (
            <Empty title="No server of tools is configured.">
              <p>How to add one (MCP): docs/mcp.md.</p>
            </Empty>
          ) : (
            servers.map((server) => <Server key={server.name} server={server} />)
          )}
          <Acceptances acceptances={acceptances} />
        </>
      )}
    </Loaded>
  );
}

function Server({ server }: { server: WireToolServer }) {
  const { name, ok, version, detail, tools } = server;
  const offered = tools.filter(({ standing }) => standing === "offered");
  const others = tools.filter(({ standing }) => standing !== "offered");
  return (
    <section className="entry" aria-label={name}>
      <h2>{name}</h2>
      <p className={`status tone-${ok ? "done" : "failed"}`}>
        <Mark shape={ok ? "done" : "failed"} /> {detail}
      </p>
      {version !== null && <p className="muted">{visibleLine(version)}</p>}
      {others.map((tool) => (
        <ToolDifference key={tool.name} tool={tool} />
      ))}
      {offered.length > 0 && (
        <p className="muted">
          Offered as it was accepted: {offered.map((tool) => visibleLine(tool.name)).join(", ")}.
        </p>
      )}
      <Acceptance name={name} tools={tools} />
    </section>
  );
}

/** What accepting would change. */
function isOpen({ standing }: ReviewedWireTool): boolean {
  return standing === "new" || standing === "changed" || standing === "gone";
}

function Acceptance({ name, tools }: { name: string; tools: readonly ReviewedWireTool[] }) {
  const client = useQueryClient();
  const [done, setDone] = useState(false);
  const shown = shownIn(tools);
  const isLooking = useIsFetching({ queryKey: keys.toolServers }) > 0;
  const accept = useMutation({
    mutationFn: () => acceptTools(name, shown),
    onSuccess: () => setDone(true),
    // Also after a refusal: what stands here is not what the server offers any more.
    onSettled: () => {
      void client.invalidateQueries({ queryKey: keys.toolServers });
      void client.invalidateQueries({ queryKey: keys.health });
    },
  });
  const open = tools.filter(isOpen).length;
  return (
    <>
      {done && (
        <p role="status">
          Written to mcp.lock.json: review it like code. Start the bot anew, and agents are offered the tools.
        </p>
      )}
      <ErrorNote error={accept.error} />
      {open > 0 && (
        <div className="with-button">
          <ConfirmButton
            // What was asked of one state of the page is not confirmed for another.
            key={JSON.stringify(shown)}
            look="primary"
            question={`Accept what stands here (${count(open)})?`}
            pending={accept.isPending || isLooking}
            onPress={() => accept.mutate()}
          >
            Accept…
          </ConfirmButton>
          <Button
            look="quiet"
            onPress={() => void client.invalidateQueries({ queryKey: keys.toolServers })}
            hint="Asks the server for its tools again"
          >
            Look again
          </Button>
        </div>
      )}
    </>
  );
}

/** All that the server offers, those that did not change too: what is accepted is what stands on the page. */
function shownIn(tools: readonly ReviewedWireTool[]) {
  return tools.flatMap(({ name, now }) => (now === null ? [] : [{ name, sha256: now.sha256 }]));
}

function Acceptances({ acceptances }: { acceptances: ToolServerList["acceptances"] }) {
  if (acceptances.length === 0) return null;
  return (
    <>
      <h2>Accepted here</h2>
      <ul>
        {acceptances.map(({ at, principal, name, server, what, written }) => (
          <li key={`${at} ${server}`}>
            <b>{name ?? principal}</b> {written ? "accepted" : "could not accept"} {server}:{" "}
            <span className="muted">{visibleLine(what)}</span>, <Age at={at} ago />
          </li>
        ))}
      </ul>
    </>
  );
}
