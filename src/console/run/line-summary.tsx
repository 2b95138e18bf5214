/** A line of the timeline in one row: its mark, its words, how long it took or has been going on. */
import { tookInWords } from "../../core/text/duration.ts";
import { Mark } from "../parts/mark.tsx";
import { clock } from "../parts/moment.ts";
import { Since } from "../parts/time.tsx";
import type { Line } from "./line.ts";

export function LineSummary({ line }: { line: Line }) {
  return (
    <>
      <Mark shape={line.shape} live={line.live} />
      <span className="line-text">
        <b>{line.title}</b>
        {line.detail.startsWith("(") ? "" : " "}
        <span>{line.detail}</span>
      </span>
      <span className="line-time num">
        {line.live ? <Since at={line.at} /> : tookInWords(line.ms)}
        <time className="line-clock" dateTime={new Date(line.at).toISOString()}>
          {clock(line.at)}
        </time>
      </span>
    </>
  );
}
