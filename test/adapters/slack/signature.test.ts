/** The example of Slack's documentation, and everything that must not pass. */
import { expect, test } from "vitest";
import { verifySignature } from "../../../adapters/slack/listen/signature.ts";

// docs.slack.dev/authentication/verifying-requests-from-slack
const example = {
  secret: "8f742231b10e8888abcd99yyyzzz85a5",
  timestamp: "1531420618",
  signature: "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
  body: "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
  now: 1_531_420_618_000,
};

test("the documented example is good", () => {
  expect(verifySignature(example)).toBe("good");
});

test.each([
  ["another body", { body: `${example.body}&x=1` }],
  ["another secret", { secret: "8f742231b10e8888abcd99yyyzzz85a6" }],
  ["another time", { timestamp: "1531420619" }],
  ["another version", { signature: example.signature.replace("v0=", "v1=") }],
  ["a shorter signature", { signature: example.signature.slice(0, -1) }],
  ["no signature", { signature: null }],
  ["no time", { timestamp: null }],
  ["a time that is no number", { timestamp: "NaN" }],
])("%s is bad", (_, change) => {
  expect(verifySignature({ ...example, ...change })).toBe("bad");
});

test.each([
  [300, "good"],
  [-300, "good"],
  [301, "stale"],
  [-301, "stale"],
  [-31_536_000, "stale"],
])("a clock %i s off is %s", (seconds, verdict) => {
  expect(verifySignature({ ...example, now: example.now + seconds * 1000 })).toBe(verdict);
});
