/** The left part: what needs you, all runs, and the bot itself. */
import { useState } from "react";
import { Link } from "wouter";
import { noFilter } from "../api/calls.ts";
import { Filters } from "../runs/filters.tsx";
import { NeedsYou } from "../runs/needs-you.tsx";
import { RunList } from "../runs/run-list.tsx";
import { SidebarFoot } from "./sidebar-foot.tsx";

export function Sidebar({ openId, onKeys }: { openId: string | null; onKeys: () => void }) {
  const [filter, setFilter] = useState(noFilter);
  return (
    <section className="sidebar" aria-label="All runs">
      <h1 className="sr-only">All runs</h1>
      <header className="sidebar-head">
        <Link href="/" className="brand">
          Belay
        </Link>
        <Link href="/new" className="button primary" title="n">
          New run
        </Link>
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
