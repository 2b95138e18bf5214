/** Makes untrusted text harmless in Slack: nobody is pinged, nothing is fetched, nothing hides. */

const zeroWidth = "\u200b";
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is the point
const ansi = /\u001b\[[0-9;?]*[ -/]*[@-~]/g;
/** Control characters but tab and newline; direction overrides and isolates. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is the point
const unseen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const controlSequence = /<(?=@[A-Z0-9]|!(?:channel|here|everyone|group|subteam|date)|#[A-Z0-9])/gi;
const notifying = /<(?=@[UW][A-Z0-9]+[|>]|!(?:channel|here|everyone)[|>]|!subteam\^)/gi;
/** Marks between two letters (`restart_service`) format nothing. */
const formatting = /(?<![\p{L}\p{N}])[*_~`]|[*_~`](?![\p{L}\p{N}])/gu;
const broadcast = /@(?=(?:channel|everyone|here)\b)/gi;

/** Text whose bytes carry no authority: control sequences gone, mentions broken by a zero-width space. */
export function harmless(text: string): string {
  return withoutBroadcasts(withoutControls(text).replace(controlSequence, `<${zeroWidth}`));
}

/** Breaks a bare @here and its like, also one that only came about where two texts were joined. */
export function withoutBroadcasts(text: string): string {
  return text.replace(broadcast, `@${zeroWidth}`);
}

/** In code only what would notify somebody all the same: what people copy from it is what was written. */
export function withoutMentions(code: string): string {
  return code.replace(notifying, `<${zeroWidth}`);
}

/** Lines end with `\n`; colours of terminals, and characters that nobody sees, are gone. */
export function withoutControls(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(ansi, "").replace(unseen, "");
}

/** Plain text inside a mrkdwn object or the `text` of a message: entities escaped, formatting switched off. */
export function plainMrkdwn(text: string): string {
  return entities(harmless(text)).replace(formatting, `${zeroWidth}$&`);
}

function entities(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

const longestUrl = 3000;

/**
 * Slack's escaped text as a person meant it: entities, links, channels and dates as words. People and groups without a
 * name stay: they are looked up. No `<` stands inside of another: looking on past one would cost the square of the text.
 */
export function readMrkdwn(text: string): string {
  return text
    .replace(/<(https?:\/\/[^|<>]+)\|([^<>]+)>/g, (_, url: string, label: string) =>
      url.length < longestUrl && url.includes(label) ? url : `${label} (${url})`,
    )
    .replace(/<((?:https?:\/\/|mailto:)[^|<>]+)(?:\|[^<>]*)?>/g, (_, url: string) =>
      url.replace(/^mailto:/, ""),
    )
    .replace(/<#([A-Z0-9]+)(?:\|([^<>]*))?>/g, (_, id: string, name?: string) => `#${name || id}`)
    .replace(/<!subteam\^[A-Z0-9]+\|@?([^<>]+)>/g, "@$1")
    .replace(/<!(here|channel|everyone)(?:\|[^<>]*)?>/g, "@$1")
    .replace(/<!date\^[^|<>]*\|([^<>]*)>/g, "$1")
    .replace(/<@([A-Z0-9]+)\|[^<>]*>/g, "<@$1>")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&amp;/g, "&");
}
