/** What a run has seen, with an index of its words: it grows with the log, so that a long run is traced like a new one. */
import type { RunEvent } from "../event.ts";
import { namesIn } from "./names.ts";
import { nothingBefore, sourcesIn } from "./sources.ts";
import { type Look, type Searchable, type SeenTexts, searchable } from "./trace.ts";

const nothing: readonly number[] = [];

export class Seen implements SeenTexts {
  readonly #before = nothingBefore();
  readonly #sources: Searchable[] = [];
  /** For each run of letters or of digits, the texts that hold it, by their place in `#sources`. */
  readonly #places = new Map<string, number[]>();
  /** For each plain word that is a name, the texts that hold it as one, up to `#read` of them. */
  readonly #names = new Map<string, number[]>();
  #read = 0;
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

  /** The texts that hold this plain word as a name. They are read for names when the first outcome asks. */
  readonly named: SeenTexts["named"] = (word) => {
    for (; this.#read < this.#sources.length; this.#read++) {
      const source = this.#sources[this.#read];
      if (source) noted(this.#names, namesIn(source), this.#read);
    }
    return (this.#names.get(word.toLowerCase()) ?? nothing).flatMap((place) => this.#sources[place] ?? []);
  };

  #take(source: Searchable): void {
    const place = this.#sources.push(source) - 1;
    noted(this.#places, new Set(wordsIn(source.folded)), place);
  }
}

function noted(index: Map<string, number[]>, words: ReadonlySet<string>, place: number): void {
  for (const word of words) {
    const places = index.get(word);
    if (places) places.push(place);
    else index.set(word, [place]);
  }
}

/** A value never begins or ends within one of them. */
function wordsIn(folded: string): string[] {
  return folded.match(/\p{L}+|\p{N}+/gu) ?? [];
}
