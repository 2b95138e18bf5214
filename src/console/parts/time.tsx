/** Times that stay true while the page is open: relative, exact on hover. */
import { useEffect, useState } from "react";
import { ageInWords, durationInWords } from "../../core/text/duration.ts";
import { clock, exactTime } from "./moment.ts";

/** The time now, renewed every `stepMs`. */
function useNow(stepMs: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), stepMs);
    return () => clearInterval(timer);
  }, [stepMs]);
  return now;
}

export function Age({ at, ago = false }: { at: number; ago?: boolean }) {
  const now = useNow(10_000);
  const words = ageInWords(now - at);
  return (
    <time className="num" dateTime={new Date(at).toISOString()} title={exactTime(at)}>
      {ago && words !== "now" ? `${words} ago` : words}
    </time>
  );
}

/** A moment as it stands; with date and seconds on hover. */
export function Moment({ at }: { at: number }) {
  return (
    <time className="num" dateTime={new Date(at).toISOString()} title={exactTime(at)}>
      {clock(at)}
    </time>
  );
}

/** How long something has been going on, second by second. `lead`: stands before it, as in "for 3 s"; "now" has none. */
export function Since({ at, lead = "" }: { at: number; lead?: string }) {
  const now = useNow(1000);
  const ms = Math.floor((now - at) / 1000) * 1000;
  return (
    <time className="num" dateTime={new Date(at).toISOString()} title={`since ${exactTime(at)}`}>
      {ms < 1000 ? "now" : `${lead}${durationInWords(ms).replace(".0 s", " s")}`}
    </time>
  );
}
