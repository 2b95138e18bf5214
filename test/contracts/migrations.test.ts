/** The steps of both schemas are numbered one after another: a database knows only the number of its last one. */
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";

test.each(["sqlite", "postgres"])(
  "each step of %s has a number of its own, and none is left out",
  (store) => {
    const folder = new URL(`../../adapters/${store}/migrations/`, import.meta.url);
    const names = readdirSync(folder).filter((name) => name.endsWith(".sql"));
    const numbers = names.sort().map((name) => Number.parseInt(name, 10));
    expect(numbers).toEqual(names.map((_, index) => index + 1));
  },
);
