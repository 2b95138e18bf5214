/** Markdown as plain words: what a title, a list, a subject or a notice says of it. */
import { expect, test } from "vitest";
import { plainWords, wordsInBrief } from "../../src/core/text/plain-words.ts";

test.each([
  [
    "strong and emphasised words",
    "Which **region** is *it*, __really__ _that_?",
    "Which region is it, really that?",
  ],
  ["both at once", "***All*** of **a *b* c**", "All of a b c"],
  ["words over two lines", "**two\nlines**", "two\nlines"],
  ["struck words", "~~eu~~ us, about ~5 or ~6", "eu us, about ~5 or ~6"],
  ["code", "Run `rm *.log` in ``a ` b``?", "Run rm *.log in a ` b?"],
  ["a link by its words", "See [the **run** book](https://x.example/a_(b)) now", "See the run book now"],
  [
    "a bare link",
    "See https://x.example/a_b_c and <https://y.example>",
    "See https://x.example/a_b_c and https://y.example",
  ],
  ["an image by its words", "![a graph](https://x.example/p.png) of it", "a graph of it"],
  ["a link without words", "[](https://x.example)", "https://x.example"],
  ["headings and quotes", "# Deploy\n> ## it\n> > now", "Deploy\nit\nnow"],
  ["lists", "Where?\n* eu\n+ us\n- ap\n1. x", "Where?\n- eu\n- us\n- ap\n1. x"],
  ["rules and underlines", "Deploy\n===\n---\n* * *\nnow", "Deploy\n\n\n\nnow"],
  ["a table", "| a | b |\n|---|:-:|\n| `1` | 2 |", " a | b \n\n 1 | 2 "],
  ["a block of code", "Run\n```sh\nrm *_x_*\n```\nnow?", "Run\nrm *_x_*\nnow?"],
  ["escaped signs", "\\*not\\* \\[a\\](b)", "*not* [a](b)"],
  [
    "signs that emphasise nothing",
    "2*3*4 * 5 ** a_b_c, *.log, C:\\temp, é_é_é",
    "2*3*4 * 5 ** a_b_c, *.log, C:\\temp, é_é_é",
  ],
  ["words without spaces around", "这是**重要**的", "这是重要的"],
  ["what is left open", "a **b and `c and [d", "a **b and ˋc and [d"],
])("of %s", (_, markdown, words) => {
  expect(plainWords(markdown)).toBe(words);
});

test("in brief it is one line", () => {
  expect(wordsInBrief("# Which **region**?\n\n* eu\n* us", 100)).toBe("Which region? - eu - us");
  expect(wordsInBrief("**Which one is meant by that?**", 12)).toBe("Which one i…");
});
