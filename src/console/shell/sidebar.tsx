/** The left part: what needs you, all runs, and the bot itself. */
import { Link } from "wouter";
import { focusTask } from "../launch/launch-form.tsx";
import { Way } from "../parts/way.tsx";
import { Filters } from "../runs/filters.tsx";
import { NeedsYou } from "../runs/needs-you.tsx";
import { RunList } from "../runs/run-list.tsx";
import { useFilter } from "../runs/use-filter.ts";
import { SidebarFoot } from "./sidebar-foot.tsx";

export function Sidebar({ openId, onKeys }: { openId: string | null; onKeys: () => void }) {
  const [filter, setFilter] = useFilter();
  return (
    <section className="sidebar" aria-label="All runs">
      <h1 className="sr-only">All runs</h1>
      <header className="sidebar-head">
        <Link href="/" className="brand">
          Belay
        </Link>
        <Way href="/new" className="button primary" title="n" onClick={focusTask}>
          New run
        </Way>
      </header>
      <NeedsYou openId={openId} />
      <section className="runs" aria-labelledby="runs">
        <h2 id="runs">Runs</h2>
        <Filters filter={filter} onChange={setFilter} />
        <RunList filter={filter} openId={openId} />
      </section>
      <SidebarFoot onKeys={onKeys} />
    </section>
  );
}
