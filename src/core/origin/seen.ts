/** What a run has seen, with an index of its words: it grows with the log, so that a long run is traced like a new one. */
import type { RunEvent } from "../event.ts";
import { nothingBefore, sourcesIn } from "./sources.ts";
import { type Look, type Searchable, searchable } from "./trace.ts";

const nothing: readonly number[] = [];

export class Seen {
  readonly #before = nothingBefore();
  readonly #sources: Searchable[] = [];
  /** For each run of letters or of digits, the texts that hold it, by their place in `#sources`. */
  readonly #places = new Map<string, number[]>();
  #version = 0;

  /** Of the last event that was taken in. */
  get version(): number {
    return this.#version;
  }

  /** `events`: those after version `after`, in order; what is known already is passed over. */
  add(events: readonly RunEvent[], after: number): void {
    events.forEach((event, index) => {
      const version = after + index + 1;
      if (version !== this.#version + 1) return;
      this.#version = version;
      for (const source of searchable(sourcesIn(event, version, this.#before))) this.#take(source);
    });
  }

  /** Only the texts with the value's rarest word can hold it. */
  readonly look: Look = (wanted) => {
    if (wanted === null) return this.#sources;
    const places = wordsIn(wanted).map((word) => this.#places.get(word) ?? nothing);
    const rarest = places.toSorted((a, b) => a.length - b.length)[0];
    return rarest === undefined ? this.#sources : rarest.flatMap((place) => this.#sources[place] ?? []);
  };

  #take(source: Searchable): void {
    const place = this.#sources.push(source) - 1;
    for (const word of new Set(wordsIn(source.folded))) {
      const places = this.#places.get(word);
      if (places) places.push(place);
      else this.#places.set(word, [place]);
    }
  }
}

/** A value never begins or ends within one of them. */
function wordsIn(folded: string): string[] {
  return folded.match(/\p{L}+|\p{N}+/gu) ?? [];
}
