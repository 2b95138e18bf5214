/** How the list is narrowed, kept in the address: it survives a reload, the way back, and can be sent to somebody. */
import { useCallback, useMemo } from "react";
import { useLocation, useSearch } from "wouter";
import { noFilter, type RunsFilter } from "../api/calls.ts";

/** So long after the last letter the list is asked for. */
export const typingMs = 200;

export function useFilter(): [RunsFilter, (filter: RunsFilter) => void] {
  const search = useSearch();
  const [location, navigate] = useLocation();
  const filter = useMemo(() => filterIn(search), [search]);
  const set = useCallback(
    (next: RunsFilter) => {
      const query = new URLSearchParams(Object.entries(next).filter(([, value]) => value !== ""));
      // Each letter of a search is no page of its own to go back to.
      navigate(query.size === 0 ? location : `${location}?${query}`, { replace: true });
    },
    [location, navigate],
  );
  return [filter, set];
}

/** `noFilter` itself where nothing narrows: that list is kept whole by the stream. */
function filterIn(search: string): RunsFilter {
  const query = new URLSearchParams(search);
  const filter = {
    status: query.get("status") ?? "",
    agent: query.get("agent") ?? "",
    channel: query.get("channel") ?? "",
    principal: query.get("principal") ?? "",
    text: query.get("text") ?? "",
    tool: query.get("tool") ?? "",
    outcome: query.get("outcome") ?? "",
  };
  return Object.values(filter).every((value) => value === "") ? noFilter : filter;
}
