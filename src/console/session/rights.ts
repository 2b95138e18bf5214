/** What the session says of whoever looks at the console. Hiding something spares a refusal; the server decides. */
import { useQuery } from "@tanstack/react-query";
import type { Session } from "../../http/wire/server.ts";
import { getSession, keys } from "../api/calls.ts";

/** Of whoever is in; it was loaded before anything is shown. */
export function useSession(): Session | null {
  const { data } = useQuery({ queryKey: keys.session, queryFn: getSession, enabled: false });
  return data ?? null;
}

/** The owner, and holders of a token with the scope `admin`. */
export function isAdmin(session: Session | null): boolean {
  return session !== null && (session.scopes === null || session.scopes.includes("admin"));
}

/** They see runs at all: which ones, the lists of the agents say. */
export function mayRead(session: Session | null): boolean {
  return isAdmin(session) || session?.scopes?.includes("read") === true;
}
