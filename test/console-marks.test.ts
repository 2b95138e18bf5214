/** Marks in an outcome's text: what is known leads to its step, what is not says so, and Markdown stays what it is. */
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { Markdown } from "../src/console/parts/markdown.tsx";
import type { PlacedOrigin } from "../src/console/parts/marked-origins.ts";

const known = { standing: "known", words: "from look", version: 3 } as const;
const outside = { standing: "outside", words: "only from outside: page", version: 4 } as const;
const nowhere = { standing: "nowhere", words: "seen nowhere", version: null } as const;

/** Each value where it stands the first time in the text, in the order in which they are given. */
function placed(text: string, ...values: [string, Omit<PlacedOrigin, "value" | "start">][]): PlacedOrigin[] {
  return values.map(([value, origin]) => ({ value, start: text.indexOf(value), ...origin }));
}

function shown(text: string, ...values: Parameters<typeof placed>[1][]): string {
  const origins = placed(text, ...values);
  return renderToStaticMarkup(createElement(Markdown, { text, hosts: null, origins }))
    .replace(/^<div class="prose">|<\/div>$/g, "")
    .replaceAll("\n", "");
}

const step = (value: string) =>
  `<button type="button" class="origin known" title="from look" aria-label="${value}, from look: show the step">`;
const doubt = (value: string) =>
  `<button type="button" class="origin outside" title="only from outside: page" aria-label="${value}, only from outside: page: show the step">`;
const unseen = "<small> ▲ seen nowhere</small></span>";

describe("a value", () => {
  test("that is known is a way to its step, one from outside has a shape, and one that nothing said says so", () => {
    expect(shown("v4 has 12 pods, 37 fail.", ["v4", known], ["12", outside], ["37", nowhere])).toBe(
      `<p>${step("v4")}v4</button> has ${doubt("12")}12<small aria-hidden="true">△</small></button> pods, ` +
        `<span class="origin unseen">37${unseen} fail.</p>`,
    );
  });

  test("within emphasis, a list and a table stays within them", () => {
    expect(shown("**12** pods\n\n- 13 more", ["12", known], ["13", known])).toBe(
      `<p><strong>${step("12")}12</button></strong> pods</p><ul><li>${step("13")}13</button> more</li></ul>`,
    );
    expect(shown("| pods |\n|---|\n| 12 |", ["12", nowhere])).toContain(
      `<td><span class="origin unseen">12${unseen}</td>`,
    );
  });

  test("that is `code` is marked around it; one that is a part of it, behind it", () => {
    expect(shown("Run `db7` now", ["db7", known])).toBe(
      `<p>Run ${step("db7")}<code>db7</code></button> now</p>`,
    );
    expect(shown("Run `look db7` now", ["db7", nowhere])).toBe(
      `<p>Run <code>look db7</code><span class="origin unseen">${unseen} now</p>`,
    );
  });

  test("of a link stands behind the link", () => {
    const url = "https://a.example/7";
    const link = (words: string) =>
      `<a href="${url}" target="_blank" rel="noopener noreferrer nofollow">${words}</a>`;
    const behind = `${step(url)}<small> from look</small></button>`;
    expect(shown(`See ${url} now`, [url, known])).toBe(`<p>See ${link(url)}${behind} now</p>`);
    expect(shown(`See [it](${url})`, [url, known])).toBe(`<p>See ${link("it")}${behind}</p>`);
  });

  test("in a block of code is left as it is, to be copied", () => {
    const text = "```\nscale 12\n```\n\n12 pods";
    expect(shown(text, ["12", known])).toBe('<pre tabindex="0"><code>scale 12</code></pre><p>12 pods</p>');
  });

  test("is found where the text was written with escapes and entities", () => {
    expect(shown("a \\* b &amp; 12 pods \\_ 13", ["12", known], ["13", nowhere])).toBe(
      `<p>a * b &amp; ${step("12")}12</button> pods _ <span class="origin unseen">13${unseen}</p>`,
    );
  });

  test("is found past its like in the words before it", () => {
    const text = "from \\* danaus and db12x,\n  dana and 12";
    const origins = placed(text, ["dana", known], ["12", nowhere]).map((one) => ({
      ...one,
      start: text.lastIndexOf(one.value),
    }));
    const html = renderToStaticMarkup(createElement(Markdown, { text, hosts: null, origins }));
    expect(html).toContain(
      `danaus and db12x,\n${step("dana")}dana</button> and <span class="origin unseen">12`,
    );
  });
});

test("text without values, and what only looks like a mark, is as it was", () => {
  expect(shown("**12** <mark>pods</mark>")).toBe("<p><strong>12</strong> &lt;mark&gt;pods&lt;/mark&gt;</p>");
});
