/** Where a connection leads, and what of its address nobody may see. */

export interface Place {
  /** What people and the model know the connection by. */
  name: string;
  url: string;
  /** For the server to work on one statement, ms. */
  statementMs: number;
}

/** As it stands in the URL and as it is meant: either could come back in a message. */
export function passwordsIn(url: string): string[] {
  if (!URL.canParse(url)) return [url];
  const { password, searchParams } = new URL(url);
  const given = [password, searchParams.get("password") ?? ""];
  return [...given, ...given.map(plain)].filter((text) => text !== "");
}

function plain(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
