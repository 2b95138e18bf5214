/** Where a value comes from, in words and with a shape, so that no colour is needed to tell what is doubtful. */

/** known: somebody trusted said it · outside: only strangers did · nowhere: nothing did */
export type Standing = "known" | "outside" | "nowhere";

/** In front of the words. */
export const originMarks: Readonly<Record<Standing, string>> = { known: "", outside: "△ ", nowhere: "▲ " };

/** Beside an argument's name: of several values in it, the one that is known least; empty where nobody looked. */
export function originOfArgument(
  argument: string,
  origins: readonly { path: string; standing: Standing; words: string }[],
): string {
  const own = origins.filter(({ path }) => path === argument || path.startsWith(`${argument}.`));
  const least = (["nowhere", "outside", "known"] as const)
    .map((standing) => own.find((origin) => origin.standing === standing))
    .find((origin) => origin !== undefined);
  return least === undefined ? "" : `${originMarks[least.standing]}${least.words}`;
}
