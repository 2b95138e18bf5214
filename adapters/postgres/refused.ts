/** Why a database can't be opened, in words by which an operator can mend it. */
import { StoreError } from "../../src/core/ports/store-error.ts";
import { storeErrorOf } from "./errors.ts";

export const noRights =
  "give the user CREATE on the database and on its schema public; simplest is that it owns the database";

/** By SQLSTATE, by Node's code of a certificate, or by pg's own words where there is no code. */
const remedies: readonly (readonly [RegExp, string])[] = [
  [/^3D000/, "make the database (createdb), or correct its name in DATABASE_URL"],
  [/^28/, "check the user and the password in DATABASE_URL, and the server's pg_hba.conf"],
  [/^(42501|3F000)/, noRights],
  [/^SASL/, "check the password in DATABASE_URL"],
  [
    /^The server does not support SSL/,
    "switch TLS on at the server, or take sslmode and ssl out of DATABASE_URL",
  ],
  [
    /CERT|SELF_SIGNED|UNABLE_TO_/,
    "check sslmode and sslrootcert in DATABASE_URL, and the server's certificate",
  ],
];

/** Half a sentence; null: no operator can mend it here. */
export function remedyOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const code = "code" in error && error.code !== undefined ? String(error.code) : "";
  const [, remedy] = remedies.find(([pattern]) => pattern.test(code || error.message)) ?? [];
  return remedy ?? null;
}

/** A StoreError for what the operator must know, anything else as it is. Names no address: it may hold a password. */
export function openingErrorOf(error: unknown): unknown {
  const remedy = remedyOf(error);
  if (remedy === null || !(error instanceof Error)) return storeErrorOf(error);
  return new StoreError("storage_refused", `PostgreSQL can't be used: ${error.message}; ${remedy}`, {
    cause: error,
  });
}
