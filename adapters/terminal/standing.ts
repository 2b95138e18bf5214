/** What the cards on the screen wait for: answers, the oldest first, and a way back, the newest first. */
import type { Message } from "../../src/core/message.ts";
import { type Asked, askedIn, undoableIn } from "./parse.ts";

/** By the id of the post: a card that changes takes the place of its former self. */
export class Standing {
  readonly #asked = new Map<string, Asked>();
  readonly #undoable = new Map<string, string>();

  show(id: string, message: Message): void {
    const asked = askedIn(message);
    if (asked) this.#asked.set(id, asked);
    else this.#asked.delete(id);
    this.#undoable.delete(id);
    const undoable = undoableIn(message);
    if (undoable !== null) this.#undoable.set(id, undoable);
  }

  /** The question that the next line answers; null: none is open. */
  get asked(): Asked | null {
    return this.#asked.values().next().value ?? null;
  }

  /** What the next line is for. */
  get prompt(): string {
    const { asked } = this;
    const more = this.#asked.size > 1 ? ` (1 of ${this.#asked.size})` : "";
    if (!asked) return "› ";
    if (!asked.isApproval) return `answer${more} › `;
    return asked.canApprove ? `y, n, e${more} › ` : `n${more} › `;
  }

  /** The id of the question whose call was offered to be undone last. */
  get undoable(): string | null {
    return [...this.#undoable.values()].at(-1) ?? null;
  }
}
