/** Where the values of a call stand in its URL: each in exactly one path segment or one query value. */

export type Values = Readonly<Record<string, unknown>>;

/** A path and its query with `{name}` in them, taken apart. */
export interface UrlTemplate {
  /** Without the leading slash, as they stand in the template. */
  segments: readonly string[];
  query: readonly { name: string; value: string }[];
}

/** Which value does not fit its place, and why. */
export interface ValueProblem {
  name: string;
  message: string;
}

const placeholder = /\{([A-Za-z_]\w*)\}/g;
const longest = 8_000;

/** Names of the placeholders, without braces, in their order. */
export function namesIn(text: string): string[] {
  return [...text.matchAll(placeholder)].map(([, name = ""]) => name);
}

/** `/orders/{id}/items?state={state}`. Throws an Error that says what is wrong. */
export function parseTemplate(path: string): UrlTemplate {
  const [before = "", query = "", ...rest] = path.split("?");
  if (!before.startsWith("/") || rest.length > 0 || path.includes("#")) {
    throw new Error(`${JSON.stringify(path)} is no path; write it like /orders/{id}?state={state}`);
  }
  const segments = before.slice(1).split("/");
  for (const segment of segments) {
    const literal = segment.replaceAll(placeholder, "");
    const isDots = /^\.+$/.test(segment);
    if (isDots || (segment === "" && segments.length > 1) || !/^[\w.~!$&'()*+,;=:@%-]*$/.test(literal)) {
      throw new Error(`the segment ${JSON.stringify(segment)} of ${path} can't stand in a URL as it is`);
    }
  }
  const pairs = query === "" ? [] : query.split("&").map((pair) => pairOf(pair, path));
  return { segments, query: pairs };
}

function pairOf(pair: string, path: string): { name: string; value: string } {
  const [name = "", value = "", ...rest] = pair.split("=");
  if (!/^[\w.~!$'()*:@%[\]-]+$/.test(name) || rest.length > 0) {
    throw new Error(`${JSON.stringify(pair)} of ${path} is no name=value; write out each name`);
  }
  if (!/^[\x21\x24-\x3b\x3f-\x7e]*$/.test(value)) {
    throw new Error(
      `the value of ${JSON.stringify(pair)} of ${path} can't stand in a URL as it is; encode it`,
    );
  }
  return { name, value };
}

/** Path and query of a call, encoded. A query value that is null is left out with its name. */
export function fillTemplate(
  { segments, query }: UrlTemplate,
  values: Values,
): { ok: true; path: string } | { ok: false; problems: ValueProblem[] } {
  const problems: ValueProblem[] = [];
  const path = segments.map((segment) => {
    const filled = fill(segment, values, problems, problemInPath);
    if (/^\.{1,2}$/.test(filled))
      problems.push({ name: namesIn(segment)[0] ?? "", message: "is no name but a way up" });
    return filled;
  });
  const given = query.filter(({ value }) => namesIn(value).every((name) => values[name] !== null));
  const pairs = given.map(({ name, value }) => `${name}=${fill(value, values, problems, problemOf)}`);
  if (problems.length > 0) return { ok: false, problems };
  // A URL's query has no apostrophe as it is, a value's own or one that the template quotes it with.
  const asked = pairs.join("&").replaceAll("'", "%27");
  return { ok: true, path: `/${path.join("/")}${asked === "" ? "" : `?${asked}`}` };
}

function fill(
  template: string,
  values: Values,
  problems: ValueProblem[],
  judge: (text: string) => string | null,
): string {
  return template.replaceAll(placeholder, (_, name: string) => {
    const value = values[name];
    const isScalar = ["string", "number", "boolean"].includes(typeof value);
    const text = String(value);
    const message = isScalar ? judge(text) : "is no text, number or boolean, so it can't stand in a URL";
    if (message === null) return encodeURIComponent(text);
    problems.push({ name, message });
    return "";
  });
}

/** Many servers take an encoded slash for a slash, and `..` for the folder above, after decoding. */
function problemInPath(text: string): string | null {
  if (text === "") return "is empty, and the URL would mean something else";
  if (/[/\\]/.test(text)) return "holds a slash; give one segment of the path, not a path";
  return problemOf(text);
}

function problemOf(text: string): string | null {
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text) || !text.isWellFormed()) {
    return "holds a line end, a control character or half a character; give plain text of one line";
  }
  return text.length > longest ? `is longer than ${longest} characters; give less` : null;
}
