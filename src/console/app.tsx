/** The root: shows the console to those who are logged in, and the login page to everybody else. */
import { useQuery } from "@tanstack/react-query";
import { Router } from "wouter";
import { getSession, keys } from "./api/calls.ts";
import { ApiError, base } from "./api/client.ts";
import { Button } from "./parts/button.tsx";
import { Empty, ErrorNote, Skeleton } from "./parts/notice.tsx";
import { LinkHosts } from "./parts/prose.tsx";
import { useCodeInLink } from "./session/code-in-link.ts";
import { Login } from "./session/login.tsx";
import { Shell } from "./shell/shell.tsx";

export function App() {
  const { data, error, isPending, refetch } = useQuery({
    queryKey: keys.session,
    queryFn: () => getSession().catch(nobody),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (isPending) return <Skeleton lines={6} label="Loading the console" />;
  // Who was let in stays in: a later look that fails shuts nothing.
  if (data === undefined) {
    return (
      <main className="login">
        <Empty title="The console can't start">
          <ErrorNote error={error} />
          <Button onPress={() => void refetch()}>Try again</Button>
        </Empty>
      </main>
    );
  }
  if (data === null) return <Login />;
  return (
    <LinkHosts value={data.link_hosts}>
      <Inside />
    </LinkHosts>
  );
}

function Inside() {
  // Who is in needs no code; left in the bar, it would be for whoever looks over their shoulder.
  useCodeInLink(unused);
  return (
    <Router base={base}>
      <Shell />
    </Router>
  );
}

function unused(): void {}

function nobody(error: unknown): null {
  if (error instanceof ApiError && error.status === 401) return null;
  throw error;
}
