/** Pages about the bot: how it is set up and how it is doing. */
import type { ComponentType } from "react";
import { Nowhere } from "../parts/nowhere.tsx";
import { usePageTitle } from "../parts/page-title.ts";
import { Way } from "../parts/way.tsx";
import { isAdmin, useSession } from "../session/rights.ts";
import { AgentsPage } from "./agents-page.tsx";
import { DecisionsPage } from "./decisions-page.tsx";
import { HealthPage } from "./health-page.tsx";
import { SessionsPage } from "./sessions-page.tsx";
import { SourcesPage } from "./sources-page.tsx";
import { ToolServersPage } from "./tool-servers-page.tsx";
import { ToolsPage } from "./tools-page.tsx";

/** `admin`: nobody else is shown anything there. */
const pages: Readonly<Record<string, { title: string; Page: ComponentType; admin?: true }>> = {
  health: { title: "Health", Page: HealthPage },
  agents: { title: "Agents", Page: AgentsPage },
  tools: { title: "Tools", Page: ToolsPage },
  "tool-servers": { title: "Tool servers", Page: ToolServersPage, admin: true },
  sources: { title: "Webhooks and schedules", Page: SourcesPage, admin: true },
  refusals: { title: "Approvals and refusals", Page: DecisionsPage, admin: true },
  sessions: { title: "Sessions", Page: SessionsPage },
};

export function AdminPage({ page }: { page: string }) {
  const mayAll = isAdmin(useSession());
  const found = Object.entries(pages).find(([name]) => name === page)?.[1];
  return (
    <div className="admin">
      <div className="admin-content">
        <nav className="admin-nav" aria-label="Pages about the bot">
          <Way href="/" className="back" aria-label="Back to the list">
            ←
          </Way>
          {Object.entries(pages).map(([name, { title, admin }]) =>
            admin && !mayAll ? null : (
              <Way key={name} href={`/bot/${name}`} aria-current={name === page ? "page" : undefined}>
                {title}
              </Way>
            ),
          )}
        </nav>
        {found ? <Named {...found} /> : <Nowhere title="There is no such page" />}
      </div>
    </div>
  );
}

function Named({ title, Page }: { title: string; Page: ComponentType }) {
  usePageTitle(title);
  return (
    <>
      <h1>{title}</h1>
      <Page />
    </>
  );
}
