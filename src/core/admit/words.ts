/**
 * What kind of words somebody said, as far as that decides what becomes of them. Courtesy around a word changes
 * nothing, and only English is known: in any other language "stop" is the button's, and thanks are words to the run.
 */

/** `decline`: a no with thanks · `praise`: no thanks in it. Both answer a question, and are courtesy where there is none. */
export type Words = "nothing" | "stop" | "thanks" | "praise" | "decline" | "emoji" | "verdict" | "words";

const stopping = list("stop");
const courtesy = list(
  "please pls plz now just hey hi ok okay so no wait it this that the run everything all right away immediately already can could you bot agent",
);
const thanking = list("thanks thank thankyou thx tnx ty cheers");
const refusing = list("no nope nah");
const besideThanks = list(
  "very much a lot many so for the your help you all everyone everybody team again great nice perfect cool good job work well done awesome and",
);
const praising = list(
  "great nice perfect cool good awesome excellent brilliant amazing fantastic wonderful superb lovely neat bravo kudos well-done",
);
/** Nothing that could ask for more. */
const besidePraise = list(
  "very so really that that's this it it's its was is the a an all you your bot agent team everyone everybody and hey hi ok okay work works worked working job stuff one",
);
/** A question may begin with them. */
const openers = list("so and hey hi ok okay");
const deciding = list(
  "yes yep yeah yup y sure ok okay do don't dont approve approved approves approving lgtm go confirm confirmed agreed accept accepted ship run no nope n nah refuse refused deny denied reject rejected decline declined",
);
const decided = list("not ahead is fine good by me from let's lets");

const greetings = list("hi hey hello hallo yo morning cc fyi ping");

/** More words than this are a sentence of their own. */
const most = 12;

/** @param said without code, quotes and the mention of the bot (see `spoken`) */
export function kindOf(said: string): Words {
  const text = said.trim();
  if (text === "") return "nothing";
  if (isEmoji(text)) return "emoji";
  const plain = plainWords(text.replace(named, " "));
  if (plain.length === 0 || plain.length > most) return "words";
  const consists = (key: ReadonlySet<string>, ...around: ReadonlySet<string>[]) =>
    plain.some((word) => key.has(word)) &&
    plain.every((word) => key.has(word) || around.some((known) => known.has(word)));
  // "Can it stop?" wants to know, "can you stop?" wants it to.
  const wonders = text.includes("?") && plain.length > 1 && !plain.includes("you");
  if (consists(stopping, courtesy) && !wonders) return "stop";
  if (consists(thanking, besideThanks, courtesy, refusing) && !asksForMore(plain)) {
    return plain.some((word) => refusing.has(word)) ? "decline" : "thanks";
  }
  const first = plain.find((word) => !openers.has(word)) ?? "";
  const asksBack = text.includes("?") || first === "is" || first === "was";
  if (consists(praising, besidePraise) && !asksBack) return "praise";
  return consists(deciding, decided, courtesy) ? "verdict" : "words";
}

/** "Thanks, run it again" does; "thanks for the run" does not. */
function asksForMore(plain: readonly string[]): boolean {
  const article = new Set(["the", "this", "that"]);
  return plain.some((word, at) => word === "wait" || (word === "run" && !article.has(plain[at - 1] ?? "")));
}

/**
 * They turn to somebody who is mentioned in them, though they don't begin with that: a greeting stands before the
 * mention, or all of them are thanks, praise or pictures. `mention`, global: of anybody but the bot.
 */
export function turnToOthers(said: string, mention: RegExp): boolean {
  const at = said.search(mention);
  if (at < 0) return false;
  const before = plainWords(said.slice(0, at));
  if (before.length > 0 && before.every((word) => greetings.has(word))) return true;
  return ["thanks", "praise", "emoji"].includes(kindOf(said.replaceAll(mention, " ")));
}

/** Pictures by name, as Slack and Discord write them: they say nothing beside words. */
const named = /(?<![\p{L}\p{N}]):[\p{L}\p{N}_+'-]{1,101}:(?![\p{L}\p{N}])|<a?:\w{1,64}:\d{1,20}>/gu;

function plainWords(text: string): string[] {
  const words =
    text
      .toLowerCase()
      .replace(/\bwell done\b/g, "well-done")
      .match(/[\p{L}\p{N}'’_<@#-]+/gu) ?? [];
  return words.filter((word) => /[\p{L}\p{N}]/u.test(word)).map((word) => word.replaceAll("’", "'"));
}

/**
 * Pictures alone: as themselves, as Slack's `:name:` or as Discord's `<:name:id>`. A keycap is a
 * number, and so an answer.
 */
function isEmoji(text: string): boolean {
  return /^(?:\p{Extended_Pictographic}|\p{Regional_Indicator}|[\u200d\ufe0f\u{1f3fb}-\u{1f3ff}]|:[\p{L}\p{N}_+'-]{1,101}:|<a?:\w{1,64}:\d{1,20}>|\s)+$/u.test(
    text,
  );
}

function list(words: string): ReadonlySet<string> {
  return new Set(words.split(" "));
}
