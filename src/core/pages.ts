/** A list in pages: adding an item copies the last page alone, so that it costs the same at any length. */
export type Pages<T> = readonly (readonly T[])[];

const pageLength = 64;

/** The same pages with `item` at the end; `pages` itself is left as it was. */
export function added<T>(pages: Pages<T>, item: T): Pages<T> {
  const last = pages.at(-1);
  return last && !isFull(last) ? [...pages.slice(0, -1), [...last, item]] : [...pages, [item]];
}

/** A full page never changes again, so what is worked out from it holds for as long as it is there. */
export function isFull(page: readonly unknown[]): boolean {
  return page.length >= pageLength;
}
