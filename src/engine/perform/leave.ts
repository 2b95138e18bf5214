/** A run that another process must go on with, because only that one has a tool. */
import { leftElsewhere } from "../../core/decide/elsewhere.ts";
import { findCall } from "../../core/reduce/calls.ts";
import type { Recorded } from "../record.ts";
import { recordOutcome, type Work } from "./work.ts";

/** Another process has the tool of the run's call, and this one has not: it lets go of the run. */
export class ToolElsewhere extends Error {
  readonly tool: string;

  constructor(tool: string) {
    super(`another process has the tool ${tool}`);
    this.tool = tool;
  }
}

/** @throws ToolElsewhere, unless somebody paused or stopped the run meanwhile */
export async function performLeave(on: Work, callId: string): Promise<Recorded> {
  const said = await recordOutcome(on, (state) => {
    const call = findCall(state, callId);
    return call ? leftElsewhere(state, call) : [];
  });
  if (said.type !== "recorded" || said.released || said.effect.type !== "leave") return said;
  throw new ToolElsewhere(findCall(said.state, said.effect.callId)?.tool ?? "");
}
