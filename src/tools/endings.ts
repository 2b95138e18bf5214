/** How a tool may leave its call, besides with a result or an error: with a question, or before it began. */
import type { ToolQuestion } from "../core/tool-question.ts";

/** A tool returns this when people must say something before it goes on. */
export class Asks {
  readonly ask: ToolQuestion;
  readonly held: unknown;

  /** `held`: JSON, and all that it needs to go on, after a restart too. It must hold no secret. */
  constructor(ask: ToolQuestion, held: unknown) {
    this.ask = ask;
    this.held = held;
  }
}

/** A tool throws this when it is certain that nothing was sent, also when its time is over. */
export class NotBegun extends Error {}
