/** The interface of the engine: what HTTP, channels and the command line may ask of it. */
import type { Actor } from "../core/actor.ts";
import type { Agent, Policy } from "../core/agent.ts";
import type { RunEvent } from "../core/event.ts";
import type { SeenTexts } from "../core/origin/trace.ts";
import type { Inlet } from "../core/ports/channel.ts";
import type { Store } from "../core/ports/store.ts";
import type { Toolbox } from "../core/ports/toolbox.ts";
import type { State } from "../core/state.ts";
import type { ForgetBy, Forgotten } from "./forget.ts";
import type { LeftBehind, RunLookedAt } from "./left-behind.ts";
import type { ModelTrouble } from "./perform/model-troubles.ts";
import type { RefusedWrites } from "./refused-writes.ts";
import type { UnreadableRecords } from "./unreadable.ts";

/** One per process; several may work on one PostgreSQL database. */
export interface Engine extends Inlet {
  readonly store: Store;
  readonly toolbox: Toolbox;
  readonly agents: readonly Agent[];
  readonly modelName: string;
  /** Models that give no answers now, as far as this process knows. */
  readonly modelTroubles: readonly ModelTrouble[];
  /** Records that could not be read since the start: the runs that need them are left, all others go on. */
  readonly unreadable: UnreadableRecords;
  /** Whether it refuses to record anything more, as far as this process knows. */
  readonly refusedWrites: Pick<RefusedWrites, "fullSince" | "refusedSince">;
  /** Runs that a change of the configuration left behind, as this start found them. */
  readonly leftBehind: readonly LeftBehind[];
  /** Why this run does not go on as it was launched, by what is known now; empty: nothing is known of it. */
  whyLeft(run: RunLookedAt): readonly string[];
  /** Every channel begins to listen. Once this resolves, one that only waits for requests writes down what comes. */
  open(): Promise<void>;
  /** Opens, recovers what a former process left, then works. */
  start(): Promise<void>;
  /** This process has the channels now that only one may have. Where it is the only one, it has them anyway. */
  hold(): Promise<void>;
  /** It is so no more. */
  letGo(): Promise<void>;
  /**
   * Claim nothing more, let what runs come to a rest (at most `graceMs`), release the leases, then listen no more.
   * `closeDoors` comes before the channels stop: what arrives until it resolves is written down.
   */
  drain(graceMs: number, closeDoors?: () => Promise<void>): Promise<void>;
  /** It is being stopped. */
  readonly draining: boolean;

  /** The folded state, or null for an unknown run. */
  state(runId: string): Promise<State | null>;
  events(runId: string, after?: number): Promise<RunEvent[]>;
  /** Every text that a run has seen, oldest first: where its values can come from. */
  seen(runId: string): Promise<SeenTexts>;
  /** Rights and tools as they are now, with the agent that the run started with. */
  policy(state: State): Promise<Policy>;
  /** Rights of an agent by name, for what has no run yet. Unknown agent: null. */
  policyOf(agent: string): Policy | null;
  mayRead(actor: Actor, state: Pick<State, "agent" | "from">): boolean;
  /** An ended run and the runs below it are forgotten for good. */
  forget(runId: string, by: ForgetBy): Promise<Forgotten>;
  /** A tool is another than it was: open approvals of its calls are void, and people are told why. */
  voidApprovals(tool: string, reason: string): Promise<void>;
  /** Called after each commit, of this process and soon after those of others. Returns the function that ends it. */
  watch(listener: (change: { runId: string; version: number }) => void): () => void;
}
