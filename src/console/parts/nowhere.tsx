/** A page that there is not: says so, and shows the ways out of it. */
import type { ReactNode } from "react";
import { usePageTitle } from "./page-title.ts";
import { Way } from "./way.tsx";

export function Nowhere({ title, children }: { title: string; children?: ReactNode }) {
  usePageTitle(title);
  return (
    <div className="nowhere">
      <h1>{title}</h1>
      {children}
      <p className="buttons">
        <Way href="/" className="button">
          All runs
        </Way>
        <Way href="/new" className="button">
          New run
        </Way>
      </p>
    </div>
  );
}
