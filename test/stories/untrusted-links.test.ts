/** Untrusted Markdown: whatever it does with code, no link in it can be followed. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { split, written } from "../../adapters/discord/draw/markdown.ts";
import { render as renderDiscord } from "../../adapters/discord/draw/render.ts";
import { safeMarkdown, splitMarkdown } from "../../adapters/slack/draw/markdown.ts";
import { render as renderSlack } from "../../adapters/slack/draw/render.ts";
import type { Message } from "../../src/core/message.ts";
import { textOf } from "../support/discord/limits.ts";
import { commonMarkLinks, discordLinks } from "../support/markdown-links.ts";

const tricks = [
  "\\`[click](https://evil.example)\\`",
  "`` ` `` [click](https://evil.example) `` ` ``",
  "` `` [click](https://evil.example) `` `",
  "`a``b` [click](https://evil.example) `c`",
  "``` x ``` [click](https://evil.example)",
  "```\n```` [click](https://evil.example)\n```",
  "~~~\n```\n~~~\n[click](https://evil.example)\n```",
  "~~~\ncode\n~~~ x\n[click](https://evil.example)",
  "- a\n  ```\n[click](https://evil.example)\n  ```",
  "> ```\n[click](https://evil.example)\n> ```",
  "> > ```\n> [click](https://evil.example)\n> ```",
  "```\n```\nx\n```\n[click](https://evil.example)\n```",
  "~~~\n\n\n~~~\nx\n```\n[click](https://evil.example)\n```",
  "[a https://docs.example/](https://evil.example) https://docs.example/[click](https://evil.example)",
  "[a [x](https://docs.example/](https://evil.example)) b](https://evil.example)",
  '[a](https://docs.example "](https://evil.example)")',
  "`\n```\n` [click](https://evil.example)\n```",
  "\\https://evil.example \\<https://evil.example>",
  "[`x`](https://evil.example)",
  "[a [b] c](https://evil.example) [a\\]b](https://evil.example) [a\nb](https://evil.example)",
  "[https://evil.example](https://evil.example/2) [https://evil.example](https://docs.example)",
  "[x](https://docs.example\\@evil.example) [x](https://docs.example&commat;evil.example)",
  "_https://evil.example_ 1https://evil.example `https://evil.example``https://evil.example`",
  `${"x".repeat(40)}https://evil.example`,
  "[x]: https://evil.example\n\n[click][x] [x]",
  "[x](\nhttps://evil.example) [x](  https://evil.example\n'title')",
  "https://docs.example`[click](https://evil.example)` https://docs.example`x [click](https://evil.example)`",
  "[<https://evil.example>](https://docs.example) [](https://docs.example [click](https://evil.example)",
  "| a |\n|---|\n| `a` [click](https://evil.example) ` |",
  `\`${"a ".repeat(2_990)}[click](https://evil.example) ${"b ".repeat(9_000)}\``,
  `${"a ".repeat(1_880)}\`b [click](https://evil.example) c\``,
];

const trustedLinkHosts = ["docs.example"];
const asking = (markdown: string): Message => ({
  summary: "x",
  blocks: [{ type: "text", markdown, foreign: true }],
});

interface Reader {
  /** In pieces of 2,000 characters at most. */
  cut(markdown: string): string[];
  drawn(markdown: string): string[];
  links(text: string): string[];
}

const readers: Record<string, Reader> = {
  Slack: {
    cut: (markdown) => splitMarkdown(safeMarkdown(markdown, null), 2_000),
    drawn: (markdown) =>
      renderSlack(asking(markdown), { team: "T1", publicUrl: null, trustedLinkHosts, names: new Map() })
        .parts.flatMap((part) => part.blocks)
        .flatMap((block) => (block.type === "markdown" ? [block.text] : [])),
    links: commonMarkLinks,
  },
  Discord: {
    cut: (markdown) => split(written(markdown, null), 2_000),
    drawn: (markdown) =>
      renderDiscord(asking(markdown), { publicUrl: null, trustedLinkHosts, mark: () => 1 }).map((sheet) =>
        textOf([sheet]),
      ),
    links: discordLinks,
  },
};

const unlisted = (links: string[]) =>
  links.filter((link) => /evil/i.test(URL.parse(link.replaceAll("&amp;", "&"))?.host ?? ""));

describe.each(Object.entries(readers))("in %s", (_channel, { drawn, cut, links }) => {
  const linksIn = (markdown: string) => drawn(markdown).flatMap(links);
  test.each(tricks.map((markdown) => [markdown.slice(0, 80), markdown]))("%j", (_begins, markdown) => {
    expect(unlisted(linksIn(markdown))).toEqual([]);
  });

  test("any arrangement of backticks, brackets and fences", () => {
    const word = fc.constantFrom(
      ..."` `` ``` ```` ~~~ \\ [ ] ( ) ]( < > | ! _".split(" "),
      " ",
      "\n",
      "\n\n",
      "\n- ",
      "\n> ",
      "x",
      "[click](https://evil.example)",
      "https://evil.example",
      "<https://evil.example>",
      "[x]: https://evil.example",
      "https://docs.example",
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 24 }), (words) => {
        expect(unlisted(linksIn(words.join("")))).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ["a name with a sign", "`npm i @here/maps`", "npm i @here/maps"],
    ["a long line", `\`${"curl ".repeat(63)}\``, "curl ".repeat(63)],
    ["a very long line", `\`${"curl ".repeat(200)}\``, "curl ".repeat(200)],
    ["backticks within", "``` a``b ```", "a``b"],
    [
      "a block in a quote",
      "> ```sh\n> npm i @everyone/x\n>   --save\n> ```\n> after",
      "npm i @everyone/x\n  --save",
    ],
    ["a block in a list", "- first\n  ```\n  a\n    b\n  ```", "a\n  b"],
    ["a table's cell", "`a | b` and `c`", "a | b"],
  ])("code stays what it was: %s", (_kind, markdown, code) => {
    expect(drawn(markdown).join("\n")).toContain(code);
  });

  test("a table that is cut has its head again", () => {
    const rows = Array.from({ length: 200 }, (_, n) => `| host-${n}.corp.example | healthy |`);
    const pieces = cut(["| host | state |", "|---|---|", ...rows].join("\n"));
    expect(pieces.length).toBeGreaterThan(1);
    for (const piece of pieces)
      expect(piece.replace(/^```\n/, "")).toMatch(/^\| host \| state \|\n\|---\|---\|\n\| host-/);
  });

  test("an honest link to a listed host stays one", () => {
    expect(linksIn("see https://docs.example/a?b=1&c=2 and `code`")).toHaveLength(1);
  });
});
