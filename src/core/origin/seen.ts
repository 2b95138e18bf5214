/**
 * What a run has seen, with a note of the words of each text: it grows with the log, so that a long run is traced like a
 * new one.
 */
import type { RunEvent } from "../event.ts";
import { namesIn } from "./names.ts";
import { nothingBefore, sourcesIn } from "./sources.ts";
import { type Look, type Searchable, type SeenTexts, searchable } from "./trace.ts";
import { marksOf, WordNote } from "./word-note.ts";

interface Noted {
  source: Searchable;
  words: WordNote;
  /** The plain words that are names there; read when an outcome asks for one of its words. */
  names: ReadonlySet<string> | null;
}

export class Seen implements SeenTexts {
  readonly #before = nothingBefore();
  readonly #sources: Searchable[] = [];
  readonly #noted: Noted[] = [];
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
      for (const source of searchable(sourcesIn(event, version, this.#before))) {
        this.#sources.push(source);
        this.#noted.push({ source, words: new WordNote(source.comparable), names: null });
      }
    });
  }

  readonly look: Look = (wanted) => {
    if (wanted === null) return this.#sources;
    const marks = marksOf(wanted.join(" "));
    const found: Searchable[] = [];
    // A loop: this is done for each value and each text.
    for (const { source, words } of this.#noted) if (words.mayHold(marks)) found.push(source);
    return found;
  };

  /** The texts that hold this plain word as a name, or whose speaker has it. */
  readonly named: SeenTexts["named"] = (word) => {
    const name = word.toLowerCase();
    const marks = marksOf(name);
    const found: Searchable[] = [];
    for (const noted of this.#noted) {
      const { source, words } = noted;
      if (source.speaker === undefined && !words.mayHold(marks)) continue;
      noted.names ??= namesIn(source);
      if (noted.names.has(name)) found.push(source);
    }
    return found;
  };
}
