/** Where secrets hide, and that they are found there. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRedactor } from "../../src/core/text/redact.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("a known secret", () => {
  const secret = 'p@ss/w+rd "x$&1';
  const redact = createRedactor([secret, "abc"]);

  it.each([
    ["as it is", `login ${secret} failed`, "login [secret] failed"],
    ["in JSON", JSON.stringify({ password: secret }), '{"password":"[secret]"}'],
    ["in a URL", `?key=${encodeURIComponent(secret)}&a=1`, "?key=[secret]&a=1"],
    ["in a form", new URLSearchParams({ key: secret }).toString(), "key=[secret]"],
    ["twice", `${secret}${secret}`, "[secret][secret]"],
  ])("%s is hidden", (_where, text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  it.each(["", "a", "ab", "user:", "some longer text "])(
    "behind %j in base64 is hidden, whatever its alignment",
    (before) => {
      const text = redact(`x ${base64(before + secret + before)} y`);
      expect(text).toContain("[secret]");
      const left = text.replace("[secret]", "").replace(/^x | y$/g, "");
      expect(Buffer.from(left, "base64").toString("latin1")).not.toContain("ss/w+r");
    },
  );

  it("too short to be one stays, or words would get holes", () => {
    expect(redact("abc abcdef")).toBe("abc abcdef");
  });

  it("that contains another is hidden whole", () => {
    expect(createRedactor(["longsecret", "longsecret-and-more"])("longsecret-and-more")).toBe("[secret]");
  });

  it("never survives, whatever it is and wherever it stands", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6, unit: "grapheme" }), fc.string(), fc.string(), (value, a, b) => {
        fc.pre(value.length >= 6 && !"[secret]".includes(value));
        const hide = createRedactor([value]);
        const hidden = hide(a + value + b);
        expect(hidden.split("[secret]").some((part) => part.includes(value))).toBe(false);
      }),
    );
  });
});

describe("what looks like a token", () => {
  const redact = createRedactor([]);

  // Put together here, so that no scanner takes these for real ones.
  const token = (head: string, length = 24) => head + "a1B2".repeat(length / 4);

  it.each([
    token("xoxb-"),
    token("xapp-1-"),
    token("sk-proj-"),
    token("ghp_"),
    token("github_pat_"),
    token("glpat-"),
    token("whsec_"),
    `AKIA${"A1B2".repeat(4)}`,
    `eyJhbGciOiJIUzI1NiJ9.${token("eyJ")}.${token("s")}`,
  ])("%s is hidden though nobody named it", (value) => {
    expect(redact(`before ${value} after`)).toBe("before [secret] after");
  });

  it.each([
    ["behind other signs of a token", "id-", token("eyJ")],
    ["with a head of a thousand signs", "", `eyJ${"a1B2".repeat(250)}`],
    ["behind one that is none", "eyJa.", token("eyJ")],
    ["with a head that holds a second beginning", "", `${token("eyJ")}-${token("eyJ")}`],
  ])("three parts with points between are hidden %s", (_, before, head) => {
    const rest = `${token("eyJ")}.${token("s")}`;
    expect(redact(`key=${before}${head}.${rest} after`)).toBe(`key=${before}[secret] after`);
  });

  it("in a header or a URL is hidden, and the rest stays readable", () => {
    expect(redact(`Authorization: Bearer ${token("")}`)).toBe("Authorization: Bearer [secret]");
    expect(redact(`Authorization: Basic ${token("")}=`)).toBe("Authorization: Basic [secret]");
    expect(redact("postgres://belay:pass-word@db/belay")).toBe("postgres://belay:[secret]@db/belay");
  });

  it("in a private key is hidden as a whole", () => {
    const key = "-----BEGIN RSA PRIVATE KEY-----\nMIIB\nAAAA\n-----END RSA PRIVATE KEY-----";
    expect(redact(`key:\n${key}\nend`)).toBe("key:\n[secret]\nend");
  });

  it.each([
    "a task-with-a-long-name-and-more risk-assessment-of-2026",
    "the bearer of this message, basic understanding of numbers",
    "https://example.com:8080/path?x=1 a@b.example",
    "slack:T1/C1/1712345678.123456",
  ])("%s is none", (text) => {
    expect(redact(text)).toBe(text);
  });
});
