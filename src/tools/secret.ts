/** A secret that a tool asks for by name: read once from the environment, and never shown. */

export interface Secret {
  /** The variable that holds it, e.g. `GITHUB_TOKEN`. */
  readonly name: string;
  readonly isSet: boolean;
  /** Its value. Throws when it is not set: a tool that lists it in `secrets` is left out before that. */
  reveal(): string;
}

/** `value`: null when the variable is not set. */
export function secretOf(name: string, value: string | null): Secret {
  return Object.freeze({
    name,
    isSet: value !== null,
    reveal: () => {
      if (value === null) throw new Error(`the secret ${name} is not set; set ${name} or ${name}_FILE`);
      return value;
    },
  });
}
