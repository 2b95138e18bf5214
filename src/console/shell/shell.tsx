/** The three parts of the console, and the keys that work in all of them. */
import { lazy, Suspense, useState } from "react";
import { Route, Switch, useLocation, useRoute } from "wouter";
import { useLiveRuns } from "../api/live.ts";
import { Home } from "../launch/home.tsx";
import { focusTask } from "../launch/launch-form.tsx";
import { Announcer } from "../parts/announce.tsx";
import { Crash } from "../parts/crash.tsx";
import { moveRow, useKey } from "../parts/keyboard.ts";
import { Skeleton } from "../parts/notice.tsx";
import { Nowhere } from "../parts/nowhere.tsx";
import { useTitleWriter } from "../parts/page-title.ts";
import { useGo } from "../parts/way.tsx";
import { RunPage } from "../run/run-page.tsx";
import { mayRead, useSession } from "../session/rights.ts";
import { ConnectionBar } from "./connection-bar.tsx";
import { useFocusKept } from "./focus-kept.ts";
import { KeysSheet } from "./keys-sheet.tsx";
import { Sidebar } from "./sidebar.tsx";

const AdminPage = lazy(() =>
  import("../admin/admin-page.tsx").then((module) => ({ default: module.AdminPage })),
);

export function Shell() {
  useLiveRuns(mayRead(useSession()));
  useTitleWriter();
  useFocusKept();
  const [location] = useLocation();
  const go = useGo();
  const [, params] = useRoute("/runs/:id");
  const [keysShown, showKeys] = useState(false);
  useKey("n", () => {
    go("/new");
    focusTask();
    return true;
  });
  useKey("j", () => moveRow(1));
  useKey("k", () => moveRow(-1));
  useKey("?", () => {
    showKeys(true);
    return true;
  });
  return (
    <main className="shell" data-at={location === "/" ? "list" : "page"}>
      <a className="skip" href="#part">
        Skip the list
      </a>
      <ConnectionBar />
      <Announcer />
      <Crash at={location}>
        <Sidebar openId={params?.id ?? null} onKeys={() => showKeys(true)} />
      </Crash>
      <div className="main" id="part" tabIndex={-1}>
        <Crash at={location}>
          <Switch>
            <Route path="/">
              <Home inbox />
            </Route>
            <Route path="/new">
              <Home inbox={false} />
            </Route>
            <Route path="/runs/:id">{({ id }) => <RunPage key={id} id={id} />}</Route>
            <Route path="/bot/:page">
              {({ page }) => (
                <Suspense fallback={<Skeleton lines={8} label="Loading the page" />}>
                  <AdminPage page={page} />
                </Suspense>
              )}
            </Route>
            <Route>
              <Nowhere title="There is nothing here" />
            </Route>
          </Switch>
        </Crash>
      </div>
      {keysShown && <KeysSheet onClose={() => showKeys(false)} />}
    </main>
  );
}
