/** Arguments held to the JSON Schema of a foreign tool before anything is sent. */
import { AjvJsonSchemaValidator } from "@modelcontextprotocol/client/validators/ajv";

/** What is wrong with the arguments, each with its path; null: nothing. Throws when the schema can't be used. */
export type ArgumentCheck = (input: unknown) => string | null;

/** Throws an Error for a schema that can't be used: an unknown dialect, a reference that leads nowhere. */
export function argumentCheck(schema: Record<string, unknown>): ArgumentCheck {
  // One for each schema: `$id`s of different tools must not meet.
  const validate = new AjvJsonSchemaValidator().getValidator(schema);
  return (input) => {
    const found = validate(input);
    // The checker calls the whole of it `data`.
    return found.valid ? null : found.errorMessage.replaceAll(/\bdata(?=[/ ])/g, "input");
  };
}
