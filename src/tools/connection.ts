/** What tools need of the world (a server, a program), as `npm run doctor` tries it. */
import type { Finding } from "../core/ports/finding.ts";

/** The tools of a pack share one; each is tried once. */
export interface Connection {
  /** What the findings stand under: `Prometheus`, `API orders`. */
  readonly check: string;
  /** Changes nothing, and gives up soon after `signal` is aborted. What it throws is told as what was found. */
  diagnose(signal: AbortSignal): Promise<Finding[]>;
}
