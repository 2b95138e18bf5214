/** Read-only pages about the bot: how it is set up and how it is doing. */
import { Link } from "wouter";
import { Empty } from "../parts/notice.tsx";
import { usePageTitle } from "../parts/page-title.ts";
import { AgentsPage } from "./agents-page.tsx";
import { HealthPage } from "./health-page.tsx";
import { RefusalsPage } from "./refusals-page.tsx";
import { SessionsPage } from "./sessions-page.tsx";
import { SourcesPage } from "./sources-page.tsx";
import { ToolsPage } from "./tools-page.tsx";

const pages = {
  health: ["Health", HealthPage],
  agents: ["Agents", AgentsPage],
  tools: ["Tools", ToolsPage],
  sources: ["Webhooks and schedules", SourcesPage],
  refusals: ["Refusals", RefusalsPage],
  sessions: ["Sessions", SessionsPage],
} as const;

export function AdminPage({ page }: { page: string }) {
  const found = Object.entries(pages).find(([name]) => name === page)?.[1];
  usePageTitle(found?.[0] ?? "Bot");
  const Page = found?.[1];
  return (
    <div className="admin">
      <div className="admin-content">
        <nav className="admin-nav" aria-label="Pages about the bot">
          <Link href="/" className="back" aria-label="Back to the list">
            ←
          </Link>
          {Object.entries(pages).map(([name, [title]]) => (
            <Link key={name} href={`/bot/${name}`} aria-current={name === page ? "page" : undefined}>
              {title}
            </Link>
          ))}
        </nav>
        {found && <h1>{found[0]}</h1>}
        {Page ? <Page /> : <Empty title="There is no such page." />}
      </div>
    </div>
  );
}
