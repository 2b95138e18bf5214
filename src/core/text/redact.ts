/** Takes secrets out of text before it is logged, shown, stored or told to the model. */

export type Redact = (text: string) => string;

const hidden = "[secret]";

/** Values shorter than this would cut holes into ordinary words. */
const shortest = 6;

/**
 * Shapes of well-known tokens, for secrets that nobody told us of. What a match may scan before it fails is bounded,
 * so that hostile text costs linear time. The first group, where
 * there is one, is kept: it says what the secret was for.
 */
const shapes: readonly RegExp[] = [
  /\bxox[a-z]-[\w-]{8,}/g,
  /\bxapp-[\w-]{8,}/g,
  /\bsk-(?=[\w-]{0,60}\d)[\w-]{20,}/g,
  /\bgh[pousr]_\w{20,}/g,
  /\bgithub_pat_\w{20,}/g,
  /\bglpat-[\w-]{16,}/g,
  /\bwhsec_[\w+/=-]{16,}/g,
  /\bAKIA[A-Z0-9]{16}\b/g,
  // Only where a run of such signs begins, and only when two of its points are there: else each `eyJ` in it is tried.
  // What is kept before the token is as little as can be: a head may hold `-eyJ` once more.
  /(?<![\w-])(?=[\w-]+\.[\w-]{8,}\.)((?:[\w-]*?-)??)eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  /\b(Bearer\s+)(?=[\w.~+/=-]{0,60}\d)[\w.~+/=-]{12,}/gi,
  /\b(Basic\s+)(?=[\w+/=]{0,60}\d)[\w+/]{12,}={0,2}/g,
  /(:\/\/[^\s:/@"']{0,200}:)[^\s:/@"']{1,200}(?=@)/g,
  /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]{0,10000}(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/g,
];

/**
 * Makes the function that hides these values wherever they stand: as they are, JSON-escaped, URL-encoded, or in
 * base64 (also in the middle of a longer base64 text), and whatever looks like a well-known token.
 */
export function createRedactor(secrets: readonly string[]): Redact {
  const hideKnown = knownRedactor(secrets);
  return (text) =>
    shapes.reduce(
      (rest, shape) =>
        rest.replace(shape, (_match, kept: unknown) => (typeof kept === "string" ? kept : "") + hidden),
      hideKnown(text),
    );
}

/** The same for these values alone: what only looks like a token may be what a person is talking about. */
export function knownRedactor(secrets: readonly string[]): Redact {
  const known = knownForms(secrets);
  return known === null ? (text) => text : (text) => text.replace(known, hidden);
}

function knownForms(secrets: readonly string[]): RegExp | null {
  const forms = new Set(secrets.filter((secret) => secret.length >= shortest).flatMap(formsOf));
  if (forms.size === 0) return null;
  // The longest first: a form that contains another one must be hidden whole.
  const sorted = [...forms].sort((a, b) => b.length - a.length);
  return new RegExp(sorted.map(literal).join("|"), "g");
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

function formsOf(secret: string): string[] {
  const wellFormed = secret.toWellFormed();
  const encoded = [0, 1, 2].map((offset) => base64At(wellFormed, offset)).filter((form) => form.length >= 8);
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(wellFormed),
    new URLSearchParams([["", wellFormed]]).toString().slice(1),
    ...encoded,
    ...encoded.map((form) => form.replaceAll("+", "-").replaceAll("/", "_")),
  ];
}

/** The base64 characters that depend on the secret alone when `offset` (mod 3) other bytes stand before it. */
function base64At(secret: string, offset: number): string {
  const bytes = [...new Array<number>(offset).fill(0), ...new TextEncoder().encode(secret)];
  const text = btoa(String.fromCharCode(...bytes));
  return text.slice(Math.ceil((offset * 8) / 6), Math.floor((bytes.length * 8) / 6));
}
