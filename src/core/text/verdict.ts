/** Whether a call helped, as the model and people are told it. */

const verdicts = {
  better: "it helped",
  worse: "it got worse",
  not_yet: "it has not helped so far",
  unknown: "it is not known whether it helped",
};

/** `words`: what was seen. */
export function verdictInWords({
  verdict,
  words,
}: {
  verdict: keyof typeof verdicts;
  words: string;
}): string {
  return `${verdicts[verdict]}: ${words}`;
}
