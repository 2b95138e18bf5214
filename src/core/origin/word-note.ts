/**
 * A small note of a text: which words stand in it, and which side by side. It says of most values at once that the text
 * does not hold them; where it can't, the text is searched. Making one costs a look at each character and no more.
 */

const [none, letter, digit, alone] = [0, 1, 2, 3];
/** What each code unit is part of: nothing, a run of letters or of digits, or a word of its own beyond ASCII. */
const kinds = new Uint8Array(0x1_0000).fill(alone, 0x80).fill(digit, 0x30, 0x3a).fill(letter, 0x61, 0x7b);
/** Spaces beyond ASCII join words, as all spaces do. */
for (const space of "\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff") kinds[space.charCodeAt(0)] = none;
kinds.fill(none, 0x2000, 0x200b);

/** Hashes of the words of a comparable text (see find.ts), in their order. */
function wordsOf(text: string): Int32Array {
  const words = new Int32Array(text.length);
  let count = 0;
  let [open, hash] = [none, 0];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const kind = kinds[code] ?? none;
    if (kind !== open || kind === alone) {
      if (open !== none) words[count++] = hash;
      [open, hash] = [kind, 0];
    }
    hash = Math.imul(hash + code, 0x0100_0193);
  }
  if (open !== none) words[count++] = hash;
  return words.subarray(0, count);
}

function pairOf(one: number, next: number): number {
  const mixed = Math.imul(one, 0x2c1b_3c6d) + next;
  return mixed ^ (mixed >>> 15);
}

/** What must be noted of a text that holds this comparable value: its only word, or each two of them. */
export function marksOf(value: string): readonly number[] {
  const words = wordsOf(value);
  return words.length === 1
    ? [...words]
    : Array.from(words.subarray(1), (next, at) => pairOf(words[at] ?? 0, next));
}

export class WordNote {
  readonly #bits: Int32Array;

  /** `text`: comparable (see find.ts). */
  constructor(text: string) {
    const words = wordsOf(text);
    // Twelve bits or more for each mark, so that few other words fall on the same ones.
    this.#bits = new Int32Array(2 ** Math.max(1, Math.ceil(Math.log2((words.length * 24) / 32))));
    let before = 0;
    for (const word of words) {
      this.#set(word);
      this.#set(pairOf(before, word));
      before = word;
    }
  }

  /** False only when the text surely does not hold a value of these marks. */
  mayHold(marks: readonly number[]): boolean {
    const bits = this.#bits;
    for (const mark of marks) {
      if (((bits[(mark >>> 5) & (bits.length - 1)] ?? 0) & (1 << (mark & 31))) === 0) return false;
    }
    return true;
  }

  #set(mark: number): void {
    const at = (mark >>> 5) & (this.#bits.length - 1);
    this.#bits[at] = (this.#bits[at] ?? 0) | (1 << (mark & 31));
  }
}
