/** Lists in pages: what is added to one never shows in another that shares its pages. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { added, type Pages } from "../../src/core/pages.ts";

test("hold what was added, in order, whatever their length and however they part", () => {
  fc.assert(
    fc.property(fc.nat(300), fc.nat(300), (shared, more) => {
      let before: Pages<number> = [];
      for (let item = 0; item < shared; item++) before = added(before, item);
      let left = before;
      let right = before;
      for (let item = 0; item < more; item++) {
        left = added(left, item);
        right = added(right, -item);
      }
      const numbers = (length: number, sign: number) => Array.from({ length }, (_, item) => sign * item);
      expect(before.flat()).toEqual(numbers(shared, 1));
      expect(left.flat()).toEqual([...numbers(shared, 1), ...numbers(more, 1)]);
      expect(right.flat()).toEqual([...numbers(shared, 1), ...numbers(more, -1)]);
    }),
  );
});

test("share all pages but the last", () => {
  let pages: Pages<number> = [];
  for (let item = 0; item < 1000; item++) {
    const next = added(pages, item);
    expect(next.slice(0, -1).every((page, index) => page === pages[index])).toBe(true);
    pages = next;
  }
});
