/** Schemas for the values that commands take most: what matches them can be nothing else than what it says. */
import { z } from "zod";

/**
 * A name as Kubernetes, systemd, Docker and their kin have them: letters, digits, `.`, `_`, `-`,
 * `@`, `:`; one path segment.
 */
export const name = z
  .string()
  .regex(
    /^[A-Za-z0-9](?:[\w.@:-]{0,251}[A-Za-z0-9])?$/,
    "is a name: letters, digits, . _ - @ :, at most 253",
  );

/** A path inside the working folder: no `..`, no root, nothing that begins with a dot or a dash. */
export const pathInside = z
  .string()
  .regex(
    /^[A-Za-z0-9_][\w.+-]{0,254}(?:\/[A-Za-z0-9_][\w.+-]{0,254}){0,30}$/,
    "is a path inside the working folder, without .. and hidden names",
  );
