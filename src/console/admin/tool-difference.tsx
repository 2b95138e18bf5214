/** One tool that is not as it was accepted: what differs in a line, and its definition before and now. */
import { visibleLine } from "../../core/text/visible.ts";
import type { ReviewedWireTool } from "../../http/wire/tool-servers.ts";
import { Mark } from "../parts/mark.tsx";
import { TextBlock } from "../parts/text-block.tsx";

const words = {
  offered: "as it was accepted",
  accepted: "accepted; the bot must be started anew",
  changed: "changed: not offered",
  gone: "gone: the server has it no more",
  new: "new: not offered",
  refused: "refused: it can’t be a tool here",
} as const;

export function ToolDifference({ tool }: { tool: ReviewedWireTool }) {
  const { name, standing, before, now } = tool;
  const isBroken = standing === "changed" || standing === "gone";
  return (
    <div className="tool-difference">
      <h3>
        <code>{visibleLine(name)}</code>
      </h3>
      <p className={`status tone-${isBroken ? "failed" : "waiting"}`}>
        <Mark shape={isBroken ? "failed" : "waiting"} /> {words[standing]}
      </p>
      {(standing === "changed" || standing === "refused") && <p>{visibleLine(tool.words)}</p>}
      <Part name="Description" before={before?.description} now={now?.description} />
      <Part name="Arguments (JSON Schema)" before={before?.schema} now={now?.schema} />
    </div>
  );
}

interface PartProps {
  name: string;
  before: string | undefined;
  now: string | undefined;
}

/** Whole, since what is accepted is the whole; what is the same on both sides stands there once. */
function Part({ name, before, now }: PartProps) {
  if (before === undefined && now === undefined) return null;
  if (before === now) return <Text label={`${name}, as before`} text={now ?? ""} />;
  return (
    <>
      {before !== undefined && <Text label={`${name} before`} text={before} />}
      {now !== undefined && <Text label={before === undefined ? name : `${name} now`} text={now} />}
    </>
  );
}

function Text({ label, text }: { label: string; text: string }) {
  return (
    <figure>
      <figcaption className="muted">{label}</figcaption>
      <TextBlock text={text} />
    </figure>
  );
}
