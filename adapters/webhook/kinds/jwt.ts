/** A JSON Web Token: HS256 with the secret, or RS256 and ES256 with a public key (PEM) or the URL of a key set. */
import { createHash } from "node:crypto";
import {
  createLocalJWKSet,
  errors,
  importSPKI,
  type JWSHeaderParameters,
  type JWTPayload,
  jwtVerify,
} from "jose";
import { z } from "zod";
import { bearerIn, sameText, verdict } from "../signature.ts";
import { type Delivered, defineKind, type Verdict } from "./kind.ts";

const options = z.strictObject({
  kind: z.literal("jwt"),
  algorithm: z
    .enum(["HS256", "RS256", "ES256"])
    .describe(
      "The secret's use: a shared key, or a public key or key set. One only, so that no public key passes for a shared one",
    ),
  header: z
    .string()
    .min(1)
    .exactOptional()
    .describe("The header that carries the token; else `Authorization: Bearer`"),
  issuer: z.string().exactOptional().describe("what `iss` must be"),
  audience: z.string().exactOptional().describe("what `aud` must be"),
  bodyClaim: z
    .string()
    .exactOptional()
    .describe(
      "The claim with the SHA-256 of the body in hex. Without it the token says who sends, but not what",
    ),
});
type Options = z.output<typeof options>;

/** Without `bodyClaim` the token proves who sends, but not what. */
export const jwt = defineKind("jwt", options, { verify });

async function verify(delivered: Delivered, how: Options): Promise<Verdict> {
  const token = how.header === undefined ? bearerIn(delivered.headers) : delivered.headers.get(how.header);
  if (!token) return "bad_signature";
  try {
    const { payload } = await jwtVerify(token, (header) => keyFor(delivered, how, header), {
      algorithms: [how.algorithm],
      currentDate: new Date(delivered.now),
      clockTolerance: 60,
      // A token without an end could be sent again for ever.
      requiredClaims: ["exp"],
      ...(how.issuer === undefined ? {} : { issuer: how.issuer }),
      ...(how.audience === undefined ? {} : { audience: how.audience }),
    });
    return verdict(how.bodyClaim === undefined || coversBody(payload, how.bodyClaim, delivered.body));
  } catch (error) {
    if (error instanceof errors.JWTExpired) return "stale_signature";
    // Not this sender's token, or a key that is none.
    return "bad_signature";
  }
}

async function keyFor({ secret, fetchText }: Delivered, how: Options, header: JWSHeaderParameters) {
  if (how.algorithm === "HS256") return Buffer.from(secret);
  if (!secret.startsWith("https://")) return importSPKI(secret.replaceAll("\\n", "\n"), how.algorithm);
  return createLocalJWKSet(JSON.parse(await fetchText(secret)))(header);
}

function coversBody(payload: JWTPayload, claim: string, body: Uint8Array): boolean {
  const said = payload[claim];
  return typeof said === "string" && sameText(said, createHash("sha256").update(body).digest("hex"));
}
