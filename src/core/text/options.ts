/** Options as people read them: by their labels, of which one may be the value of another option. */

interface Option {
  value: string;
  label: string;
}

/** The value of the option that is shown as these words, in any case; null: none is. */
export function valueShownAs(options: readonly Option[], words: string): string | null {
  const lower = words.trim().toLowerCase();
  return options.find(({ label }) => label.trim().toLowerCase() === lower)?.value ?? null;
}

/** As it is shown; what is no option stays as it is. */
export function labelOf(options: readonly Option[], value: string): string {
  return options.find((option) => option.value === value)?.label ?? value;
}

/** What stands in a field in which options are typed, before anybody types; commas stand between several. */
export function initialInWords({
  kind,
  options,
  initial = "",
}: {
  kind: string;
  options: readonly Option[];
  initial?: string | undefined;
}): string {
  if (kind === "one") return labelOf(options, initial);
  if (kind !== "many") return initial;
  return initial
    .split(",")
    .map((value) => labelOf(options, value.trim()))
    .join(", ");
}
