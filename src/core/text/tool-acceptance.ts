/** How the audit trail words the acceptance of a foreign server's tools, wherever somebody gives it. */

/** The first word of the action; the server's name follows. `failed`: it could not be written after all. */
export const acceptanceVerbs = { accepted: "accept_tools", failed: "accept_tools_failed" } as const;

/** `work 3f2a…; gone: old` */
export function acceptanceInWords({
  written,
  gone,
}: {
  written: readonly { name: string; sha256: string }[];
  gone: readonly string[];
}): string {
  const parts = written.map(({ name, sha256 }) => `${name} ${sha256}`);
  if (gone.length > 0) parts.push(`gone: ${gone.join(", ")}`);
  return parts.join("; ") || "nothing new";
}
