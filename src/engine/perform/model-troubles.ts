/** Which models give no answers now, why, since when, and how many runs wait for each. */
import type { Store } from "../../core/ports/store.ts";
import { everyOpenQuestion } from "../../core/store/every.ts";

/** For /health: `code` is that of `ModelError`. */
export interface ModelTrouble {
  model: string;
  code: string;
  /** For people: what is wrong and what to do. */
  reason: string;
  /** The first failure since its last answer, ms. */
  since: number;
  /** Runs that go on when it answers again. */
  waiting: number;
}

interface Trouble extends Omit<ModelTrouble, "waiting"> {
  runs: Set<string>;
  /** The run whose question stands for all of them; null: nobody has been asked. */
  asking: string | null;
}

/** What this process has seen itself, and what the open questions of former ones tell. */
export class ModelTroubles {
  readonly #byModel = new Map<string, Trouble>();

  /** `waits`: the run is asked again later, or when a person says so. */
  failed(
    runId: string,
    failure: Omit<ModelTrouble, "since" | "waiting"> & { at: number; waits: boolean },
  ): void {
    const { model, code, reason, at, waits } = failure;
    const { since, runs, asking } = this.#byModel.get(model) ?? {
      ...{ since: at, runs: new Set<string>(), asking: null },
    };
    if (waits) runs.add(runId);
    else runs.delete(runId);
    this.#byModel.set(model, { model, code, reason, since: Math.min(since, at), runs, asking });
  }

  /** After a start: runs whose questions say that they wait for a model. */
  async remember(store: Pick<Store, "openQuestions">): Promise<void> {
    for await (const { runId, question, askedAt: at } of everyOpenQuestion(store)) {
      if (!question.outage) continue;
      this.mayAsk(runId, { ...question.outage, at });
    }
  }

  /** One question for all runs that wait for the same model: true for the run that asks it. */
  mayAsk(runId: string, failure: Omit<ModelTrouble, "since" | "waiting"> & { at: number }): boolean {
    this.failed(runId, { ...failure, waits: true });
    const trouble = this.#byModel.get(failure.model);
    if (!trouble) return true;
    trouble.asking ??= runId;
    return trouble.asking === runId;
  }

  /** It answers again. Returns the runs that waited for that. */
  worked(model: string): string[] {
    const runs = [...(this.#byModel.get(model)?.runs ?? [])];
    this.#byModel.delete(model);
    return runs;
  }

  /** The run has ended: it waits for nothing. */
  gone(runId: string): void {
    for (const trouble of this.#byModel.values()) {
      trouble.runs.delete(runId);
      if (trouble.asking === runId) trouble.asking = null;
    }
  }

  all(): ModelTrouble[] {
    return [...this.#byModel.values()].map(({ runs, asking: _, ...trouble }) => ({
      ...trouble,
      waiting: runs.size,
    }));
  }
}
