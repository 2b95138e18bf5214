/** What kind of words somebody wrote: a stop, thanks, a verdict, a picture, or words for the model. */
import { expect, test } from "vitest";
import { kindOf } from "../../src/core/admit/words.ts";

test.each([
  [
    "stop",
    [
      "stop",
      "Stop!",
      "STOP!!!",
      "please stop",
      "Stop please",
      "stop it now",
      "no, stop",
      "Can you stop?",
      "ok stop the run.",
      "stop stop stop",
    ],
  ],
  [
    "words",
    [
      "stop the payment service",
      "don't stop",
      "stop payments",
      "can it stop?",
      "never stop",
      "nonstop",
      "stop <@U2>",
      "aufhören",
      "thanks to whom?",
      "thank you for restarting it",
      "2",
      "1️⃣",
      "yes, but only staging",
      "no, use v2",
      "it",
      "-",
      "x".repeat(40_000),
    ],
  ],
  [
    "thanks",
    [
      "thanks",
      "Thanks!",
      "thank you",
      "thank you very much",
      "thx",
      "ok thanks",
      "Great job, thank you all!",
      "many thanks 🙏",
    ],
  ],
  ["decline", ["no thanks", "No, thank you!", "nope, thanks", "No. Many thanks"]],
  [
    "emoji",
    [
      "👍",
      "🎉🎉",
      "❤️",
      "👩‍💻 👍🏽",
      ":thumbsup:",
      ":+1: :tada:",
      ":100:",
      ":1st_place_medal:",
      "<:shipit:123456>",
      "🇩🇪",
    ],
  ],
  [
    "verdict",
    ["yes", "Yes, approve it", "approved", "LGTM", "go ahead", "no", "don't do it", "ok", "run it", "run"],
  ],
  ["nothing", ["", "  \n"]],
] as const)("%s: %j", (kind, texts) => {
  for (const text of texts) expect(kindOf(text), text).toBe(kind);
});
