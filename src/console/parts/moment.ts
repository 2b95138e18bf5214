/** The one form of a moment in the console, in the reader's own zone and language: with the date on any day but today. */

const time = { hour: "2-digit", minute: "2-digit" } as const;
const seconds = { ...time, second: "2-digit" } as const;
const date = { day: "numeric", month: "short", year: "numeric" } as const;

const formats = {
  today: new Intl.DateTimeFormat(undefined, time),
  todayExact: new Intl.DateTimeFormat(undefined, seconds),
  day: new Intl.DateTimeFormat(undefined, { ...date, ...time }),
  exact: new Intl.DateTimeFormat(undefined, { ...date, ...seconds }),
};

/** With date and seconds, for whoever hovers over a shorter form. */
export const exactTime = (at: number) => formats.exact.format(at);

/** `14:00` today, `12 May 2026, 14:00` on any other day. */
export function clock(at: number): string {
  return (isToday(at) ? formats.today : formats.day).format(at);
}

/** The same to the second, where the order of two moments is what is looked for. */
export function clockSeconds(at: number): string {
  return (isToday(at) ? formats.todayExact : formats.exact).format(at);
}

function isToday(at: number): boolean {
  return new Date(at).toDateString() === new Date().toDateString();
}
