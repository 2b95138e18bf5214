/** Pages about the bot: how it is set up and how it is doing. */
import type { ComponentType } from "react";
import { Nowhere } from "../parts/nowhere.tsx";
import { usePageTitle } from "../parts/page-title.ts";
import { Way } from "../parts/way.tsx";
import { AgentsPage } from "./agents-page.tsx";
import { DecisionsPage } from "./decisions-page.tsx";
import { HealthPage } from "./health-page.tsx";
import { SessionsPage } from "./sessions-page.tsx";
import { SourcesPage } from "./sources-page.tsx";
import { ToolServersPage } from "./tool-servers-page.tsx";
import { ToolsPage } from "./tools-page.tsx";

const pages = {
  health: ["Health", HealthPage],
  agents: ["Agents", AgentsPage],
  tools: ["Tools", ToolsPage],
  "tool-servers": ["Tool servers", ToolServersPage],
  sources: ["Webhooks and schedules", SourcesPage],
  refusals: ["Approvals and refusals", DecisionsPage],
  sessions: ["Sessions", SessionsPage],
} as const;

export function AdminPage({ page }: { page: string }) {
  const found = Object.entries(pages).find(([name]) => name === page)?.[1];
  return (
    <div className="admin">
      <div className="admin-content">
        <nav className="admin-nav" aria-label="Pages about the bot">
          <Way href="/" className="back" aria-label="Back to the list">
            ←
          </Way>
          {Object.entries(pages).map(([name, [title]]) => (
            <Way key={name} href={`/bot/${name}`} aria-current={name === page ? "page" : undefined}>
              {title}
            </Way>
          ))}
        </nav>
        {found ? <Named title={found[0]} Page={found[1]} /> : <Nowhere title="There is no such page" />}
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
