/** Why a database can't be used, in words by which an operator can mend it. */

export const noRights =
  "give the user CREATE on the database and on its schema public; simplest is that it owns the database";

/**
 * Where the operator named the database: what they are told to correct. `its address`: on a command's line.
 */
export type NamedBy = "DATABASE_URL" | "its address";

/** By SQLSTATE, by Node's code of a certificate, or by pg's own words where there is no code. */
const remedies: readonly (readonly [RegExp, (by: NamedBy) => string])[] = [
  [/^3D000/, (by) => `make the database (createdb), or correct its name in ${by}`],
  [/^28/, (by) => `check the user and the password in ${by}, and the server's pg_hba.conf`],
  [/^(42501|3F000)/, () => noRights],
  // Some servers take no writes when their disk is nearly full.
  [
    /^25006/,
    (by) => `name the primary in ${by}, not a standby, and look whether the server's disk is nearly full`,
  ],
  [/^SASL/, (by) => `check the password in ${by}`],
  [
    /^The server does not support SSL/,
    (by) => `switch TLS on at the server, or take sslmode and ssl out of ${by}`,
  ],
  [
    /^[A-Z_]*(CERT|SELF_SIGNED|UNABLE_TO_)[A-Z_]*$/,
    (by) => `check sslmode and sslrootcert in ${by}, and the server's certificate`,
  ],
];

/** Half a sentence; null: no operator can mend it here. */
export function remedyOf(error: unknown, by: NamedBy = "DATABASE_URL"): string | null {
  if (!(error instanceof Error)) return null;
  const code = "code" in error && error.code !== undefined ? String(error.code) : "";
  const [, remedy] = remedies.find(([pattern]) => pattern.test(code || error.message)) ?? [];
  return remedy?.(by) ?? null;
}
