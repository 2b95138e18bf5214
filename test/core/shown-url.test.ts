/** A stranger's URL as it is told: the place that it leads to, and nothing that opens it. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { shownUrl, whereTo } from "../../src/core/text/shown-url.ts";

describe("a URL is told", () => {
  test.each([
    ["https://a.example", "https://a.example/"],
    ["https://a.example/orders/42", "https://a.example/orders/42"],
    ["https://a.example:8443/api/v1/order-lines/7/", "https://a.example:8443/api/v1/order-lines/7/"],
    ["https://a.example/a/b/c/d/e", "https://a.example/a/b/c/d/…"],
    ["https://a.example/a///", "https://a.example/a/"],
    ["https://a.example/a//b", "https://a.example/a/…"],
    ["https://a.example/login/?next=/x#code=1", "https://a.example/login/"],
    ["https://user:pass@a.example/done?token=abc", "https://a.example/done"],
    ["https://a.example/login/callback/word", "https://a.example/login/…"],
    ["https://a.example/reset-password/word", "https://a.example/reset-password/…"],
    ["https://a.example/confirm/123456", "https://a.example/confirm/…"],
    ["https://a.example/r/8f3k2p9q/done", "https://a.example/r/…"],
    ["https://a.example/orders/0b1c1f7e-9d53-4f7a-8a44-0f5d3c9f2b11", "https://a.example/orders/…"],
    ["https://a.example/services/T0123/B0456/Xy", "https://a.example/services/…"],
    ["https://a.example/interactions/123456789012345678/aW50/callback", "https://a.example/interactions/…"],
    [`https://${"a".repeat(60)}.${"b".repeat(60)}.example/`, `https://${"a".repeat(60)}.${"b".repeat(39)}…/`],
  ])("%s as %s", (url, shown) => {
    expect(shownUrl(new URL(url))).toBe(shown);
  });

  test("without what was drawn by chance in it, wherever that stands", () => {
    const chance = fc.stringMatching(/^[A-Za-z0-9_-]{22}$/);
    const around = fc.constantFrom(
      "/K",
      "/a/K/b",
      "/login/K",
      "/a?k=K",
      "/a#K",
      "/K.html",
      "/a;k=K",
      "/a%2FK",
    );
    fc.assert(
      fc.property(chance, around, (key, place) => {
        fc.pre(/[0-9_]/.test(key));
        const url = new URL(`https://a.example${place.replace("K", () => key)}`);
        expect(shownUrl(url)).not.toContain(key);
      }),
    );
  });
});

describe("a redirect leads", () => {
  const asked = new URL("https://api.example/orders");
  test.each([
    ["/done/7?token=abc", "to https://api.example/done/7"],
    ["https://sso.example/a?state=x", "to https://sso.example/a, on another host (as for a log-in)"],
    ["/login/callback?code=abc", "to https://api.example/login/… (as for a log-in)"],
    ["http://[", "elsewhere"],
    [null, "elsewhere"],
  ])("%s: %s", (location, words) => {
    expect(whereTo(location, asked)).toBe(words);
  });
});
