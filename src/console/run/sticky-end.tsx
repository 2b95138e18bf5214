/** Keeps the newest line in view while the reader is at the end, and never moves what is being read. */
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";

const nearPx = 48;

export function StickyEnd({ count, children }: { count: number; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  const inner = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const top = useRef(0);
  const [seen, setSeen] = useState(count);

  useLayoutEffect(() => {
    const content = inner.current;
    if (!content) return;
    const keep = () => {
      if (!atEnd.current || !box.current) return;
      toEnd(box.current);
      top.current = box.current.scrollTop;
    };
    keep();
    // Cards and prose grow after their first paint.
    const observer = new ResizeObserver(keep);
    observer.observe(content);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    if (atEnd.current) setSeen(count);
  }, [count]);

  const missed = count - seen;
  return (
    <div
      ref={box}
      className="run-scroll"
      onScroll={({ currentTarget: at }) => {
        // Away from the end without having gone up: the lines were faster than this event.
        const wentUp = at.scrollTop < top.current;
        const isNear = at.scrollHeight - at.scrollTop - at.clientHeight < nearPx;
        atEnd.current = isNear || (atEnd.current && !wentUp);
        top.current = at.scrollTop;
        if (atEnd.current) setSeen(count);
      }}
    >
      <div ref={inner} className="run-content">
        {children}
      </div>
      {missed > 0 && (
        <button type="button" className="missed" onClick={() => toEnd(box.current)}>
          {missed} new {missed === 1 ? "step" : "steps"} ↓
        </button>
      )}
    </div>
  );
}

function toEnd(box: HTMLElement | null): void {
  if (box) box.scrollTop = box.scrollHeight;
}
