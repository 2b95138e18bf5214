/** Keeps the newest in view while nobody reads elsewhere, and never moves what is being read. */
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";

const nearPx = 48;
/** Above what is shown from its beginning. */
const airPx = 8;

interface StickyEndProps {
  /** Lines of the timeline. */
  count: number;
  /** The question that waits, or the outcome; null: neither. If it is longer than the view, its beginning is shown. */
  begins: string | null;
  children: ReactNode;
}

export function StickyEnd({ count, begins, children }: StickyEndProps) {
  const box = useRef<HTMLDivElement>(null);
  const inner = useRef<HTMLDivElement>(null);
  // null: the reader is elsewhere. A beginning is shown until somebody scrolls.
  const follows = useRef<"beginning" | "end" | null>("beginning");
  const top = useRef(0);
  const [seen, setSeen] = useState(count);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is new begins at its beginning, whatever its id
  useLayoutEffect(() => {
    const content = inner.current;
    if (!content) return;
    if (follows.current === "end") follows.current = "beginning";
    const keep = () => {
      if (follows.current === null || !box.current) return;
      const end = endOf(box.current);
      box.current.scrollTop = follows.current === "end" ? end : Math.min(end, beginningIn(box.current));
      top.current = box.current.scrollTop;
    };
    keep();
    // Cards and prose grow after their first paint.
    const observer = new ResizeObserver(keep);
    observer.observe(content);
    return () => observer.disconnect();
  }, [begins]);

  useEffect(() => {
    if (follows.current !== null) setSeen(count);
  }, [count]);

  const missed = count - seen;
  return (
    <div
      ref={box}
      className="run-scroll"
      onScroll={({ currentTarget: at }) => {
        // Where it was put itself: the lines were faster than this event.
        if (Math.abs(at.scrollTop - top.current) < 1) return;
        const held = follows.current === "beginning" && beginningIn(at) < endOf(at) - nearPx;
        const left = at.scrollTop < top.current || held;
        if (endOf(at) - at.scrollTop < nearPx) follows.current = "end";
        else if (left) follows.current = null;
        top.current = at.scrollTop;
        if (follows.current !== null) setSeen(count);
      }}
    >
      <div ref={inner} className="run-content">
        {children}
      </div>
      {missed > 0 && (
        <button
          type="button"
          className="missed"
          onClick={() => box.current?.scrollTo({ top: box.current.scrollHeight })}
        >
          {missed} new {missed === 1 ? "step" : "steps"} ↓
        </button>
      )}
    </div>
  );
}

function endOf(box: HTMLElement): number {
  return box.scrollHeight - box.clientHeight;
}

/** Where the first question, or the outcome, begins below what stays at the top; beyond every end without one. */
function beginningIn(box: HTMLElement): number {
  const first = box.querySelector<HTMLElement>(".card, .outcome");
  if (!first) return Number.POSITIVE_INFINITY;
  const staying = [...box.querySelectorAll<HTMLElement>(".run-head, .run-head .actions")]
    .filter((each) => getComputedStyle(each).position === "sticky")
    .map((each) => Number.parseFloat(getComputedStyle(each).top) + each.offsetHeight);
  return first.offsetTop - Math.max(0, ...staying) - airPx;
}
