/** How belay.config.ts names the API tokens of others than the owner. */
import { z } from "zod";
import { scopes } from "../core/actor.ts";

/** API tokens beside the owner's: `token:<name>` may do what its scopes and the agents' rights both allow. */
const tokenSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[\w.-]{1,63}$/)
    .refine((name) => name !== "local", "is the owner's own name; choose another")
    .describe("whoever holds it is `token:<name>`"),
  secretEnv: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]*$/, "is the name of an environment variable")
    .describe("the variable that holds the token, 16 characters or more; unset: there is no such token"),
  scopes: z
    .array(z.enum(scopes))
    .min(1)
    .describe("what it may do at most: the agents' rights must allow it as well"),
});

/** A name may stand twice while a new secret takes the place of the former one: with the same scopes. */
export const tokensSchema = z.array(tokenSchema).superRefine((tokens, context) => {
  const known = new Map<string, string>();
  for (const [index, { name, scopes }] of tokens.entries()) {
    const all = [...scopes].sort().join();
    if ((known.get(name) ?? all) !== all) {
      const message = "stands there already, with other scopes; choose another";
      context.addIssue({ code: "custom", path: [index, "name"], message });
    }
    known.set(name, all);
  }
});
