/** What stands in declarations beside texts and numbers: secrets, settings, functions, times, sizes and addresses. */
import { z } from "zod";
import { must } from "../core/misfit-words.ts";
import { brief } from "../core/text/brief.ts";
import { visibleLine } from "../core/text/visible.ts";

/** A timer that is set for longer ends at once; below that there is room for what a pack adds to a time. */
export const longestMs = 24 * 24 * 60 * 60 * 1000;

/** ms, for a timer. */
export const time = z.number().positive().max(longestMs);

/** Characters, rows: of nothing at all nobody could read anything. */
export const size = z.int().min(1);

export const words = z.string().trim().min(1);

/** The beginning of a tool's name, or a part of one. */
export const namePart = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,62}$/, "is lower-case letters, digits and _, at most 63, a letter first");

/** A value of another kind than it must be, in the words `what`; other faults keep their own. */
export function mustBe(what: string) {
  return ({ code, input }: z.core.$ZodRawIssue) =>
    code === "custom" || code === "invalid_type" || code === "invalid_union" ? must(what, input) : undefined;
}

export const callable = z.custom((given) => typeof given === "function", { error: mustBe("a function") });

/** Written out it would stand in a file that is reviewed like code. */
export const aSecret = z.custom(
  (given) => typeof given === "object" && given !== null && "reveal" in given && "isSet" in given,
  {
    error: ({ input }) =>
      `is ${input === undefined ? "missing" : "no secret"}; give secret("NAME"), which reads it from the environment`,
  },
);

export const aSetting = z.custom(
  (given) =>
    typeof given === "object" &&
    given !== null &&
    "name" in given &&
    "value" in given &&
    (given.value === null || typeof given.value === "string"),
  { error: mustBe('setting("NAME")') },
);

/** Text that may be seen, or a secret. */
const textOrSecret = z.union([z.string(), aSecret], { error: mustBe('text or secret("NAME")') });

/** Of a program: what it is given beside what every program is. */
export const environment = z.record(z.string().regex(/^[^=\0]+$/, "is the name of a variable"), textOrSecret);

/** http as well as https. `like`: one that is right. `mayQuery`: it may have a query. */
export function serverUrl(like: string, { mayQuery = false } = {}) {
  return z.string({ error: mustBe(`a URL like ${like}`) }).superRefine((text, context) => {
    const fault = faultOfUrl(text, like, { mayQuery });
    if (fault !== null) context.addIssue({ code: "custom", message: fault });
  });
}

/** What is wrong with the address of a server; null: nothing. It is shown where it can't hold a secret. */
export function faultOfUrl(text: string, like: string, { mayQuery = false } = {}): string | null {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    const shown = /[@?#]/.test(text) ? "" : `${visibleLine(JSON.stringify(brief(text, 80)))} `;
    return `${shown}is no http(s) URL; write it like ${like}`;
  }
  if (url.username !== "" || url.password !== "")
    return 'holds a user or password; give a secret("NAME") beside it';
  if (!mayQuery && (url.search !== "" || url.hash !== ""))
    return `has a query or a fragment; write it like ${like}`;
  return null;
}

/** A token in clear text is everybody's on the way. `isPrivate`: the declaration says that the host is one's own. */
export function faultOfTls(text: string, isPrivate: boolean): string | null {
  return isPrivate || URL.parse(text)?.protocol === "https:"
    ? null
    : "must begin with https:// (http:// only with private: true)";
}
