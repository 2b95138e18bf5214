/** Shortcuts of single keys, ignored while somebody types. */
import { useEffect, useRef } from "react";

export const allKeys = [
  ["/", "search the runs"],
  ["n", "new run"],
  ["j  k", "next and previous row"],
  ["Enter", "open the row"],
  ["a", "answer the first question"],
  ["y", "approve (asks once)"],
  ["e", "edit the call, then approve"],
  ["r", "resume"],
  ["?", "these keys"],
  ["Enter", "in a form: send it; with Shift a new line"],
  ["Esc", "close what lies on top"],
] as const;

/** `action` returns false when the key is not for it now: then others may take it. */
export function useKey(key: string, action: () => boolean): void {
  const latest = useRef(action);
  latest.current = action;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key !== key || event.defaultPrevented) return;
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (latest.current()) event.preventDefault();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [key]);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null
  );
}

/** Moves the focus among the rows of the lists, wherever they stand. */
export function moveRow(by: 1 | -1): boolean {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")].filter(
    (row) => row.offsetParent !== null,
  );
  const now = rows.findIndex(
    (row) => row === document.activeElement || row.getAttribute("aria-current") === "page",
  );
  const next = rows[now === -1 ? 0 : Math.min(rows.length - 1, Math.max(0, now + by))];
  next?.focus();
  return next !== undefined;
}
