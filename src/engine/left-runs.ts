/** Runs that this process leaves to others, because it can't go on with them: it claims them no more. */
import type { Logger } from "pino";
import type { Clock } from "../core/ports/clock.ts";
import type { UnreadableError } from "../core/ports/unreadable.ts";
import { ToolElsewhere } from "./perform/leave.ts";
import type { UnreadableRecords } from "./unreadable.ts";

/** One that was left for want of a tool is looked at again then: those who have it may be gone. */
const leftMs = 30_000;

export interface LeftRunsDeps {
  clock: Pick<Clock, "steady">;
  log: Pick<Logger, "info">;
  unreadable: Pick<UnreadableRecords, "left" | "leave">;
}

/** In memory: a process that is started anew finds out anew. */
export class LeftRuns {
  readonly #deps: LeftRunsDeps;
  /** Until when (steady, ms). */
  readonly #withoutTool = new Map<string, number>();

  constructor(deps: LeftRunsDeps) {
    this.#deps = deps;
  }

  get list(): readonly string[] {
    const now = this.#deps.clock.steady();
    for (const [runId, until] of this.#withoutTool) if (until <= now) this.#withoutTool.delete(runId);
    return [...this.#deps.unreadable.left, ...this.#withoutTool.keys()];
  }

  /** What can't be read is left for good; what takes a tool that others have, for half a minute. */
  leave(runId: string, why: UnreadableError | ToolElsewhere): void {
    const { clock, log, unreadable } = this.#deps;
    if (why instanceof ToolElsewhere) {
      this.#withoutTool.set(runId, clock.steady() + leftMs);
      log.info({ run: runId, tool: why.tool }, "run left to a process that has its tool");
    } else {
      unreadable.leave(runId, why);
    }
  }
}
