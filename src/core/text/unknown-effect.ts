/** How the result of a call begins of which nobody knows whether it took effect. */
export const unknownEffect = "It is not known whether this call took effect";
