/** Links and moves within the console that keep how the list is narrowed. */
import { type ComponentProps, useCallback } from "react";
import { Link, useLocation, useSearch } from "wouter";

/** A link whose path gets what the address holds behind its question mark. */
export function Way({ href, ...rest }: Omit<ComponentProps<"a">, "ref"> & { href: string }) {
  const search = useSearch();
  return <Link href={kept(href, search)} {...rest} />;
}

export function useGo(): (path: string) => void {
  const search = useSearch();
  const [, navigate] = useLocation();
  return useCallback((path) => navigate(kept(path, search)), [navigate, search]);
}

function kept(path: string, search: string): string {
  return search === "" ? path : `${path}?${search}`;
}
