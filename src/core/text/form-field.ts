/** What may stand in a field of a form, in words for whoever fills it in. */

interface Shown {
  kind: "text" | "number" | "integer" | "boolean" | "one" | "many";
  required: boolean;
  about: string | null;
  options: readonly { label: string }[];
  min?: number | undefined;
  max?: number | undefined;
  format?: keyof typeof formatNames | undefined;
}

/** What a text of each format is. */
export const formatNames = {
  email: "an e-mail address",
  uri: "a URL",
  date: "a date like 2026-01-31",
  "date-time": "a time like 2026-01-31T12:00:00Z",
} as const;

const mostListed = 20;

/** `one of eu, us; required`, after what the tool says of it. */
export function fieldInWords({ kind, options, required, about, min, max, format }: Shown): string {
  const what = {
    text: format === undefined ? "text" : formatNames[format],
    number: "a number",
    integer: "a whole number",
    boolean: "yes or no",
    one: `one of ${optionsInWords(options)}`,
    many: `any of ${optionsInWords(options)}`,
  }[kind];
  const bounds = [min === undefined ? "" : `at least ${min}`, max === undefined ? "" : `at most ${max}`];
  const unit = kind === "text" ? " characters" : "";
  const between = bounds.filter(Boolean).join(", ");
  const parts = [what, between && `${between}${unit}`, required ? "required" : "may be empty"].filter(
    Boolean,
  );
  return [...(about === null ? [] : [about]), parts.join("; ")].join("\n");
}

/** The first of them, and how many more there are. */
export function optionsInWords(options: readonly { label: string }[]): string {
  const shown = options.slice(0, mostListed).map(({ label }) => label);
  const more = options.length - mostListed;
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(", ");
}
