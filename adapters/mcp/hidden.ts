/** What must not be shown of a server's words: the secrets of its configuration, and the tokens it was granted since. */
import { createRedactor, type Redact } from "../../src/core/text/redact.ts";

/** Older ones have ended long ago. */
const mostGranted = 8;

export class Hidden {
  readonly #secrets: readonly string[];
  #granted: readonly string[] = [];
  #redact: Redact;

  constructor(secrets: readonly string[]) {
    this.#secrets = secrets;
    this.#redact = createRedactor(secrets);
  }

  readonly grant = (token: string): void => {
    this.#granted = [...this.#granted, token].slice(-mostGranted);
    this.#redact = createRedactor([...this.#secrets, ...this.#granted]);
  };

  readonly redact = (text: string): string => this.#redact(text);
}
