/** What somebody can do about a run that a change of the set-up left behind, wherever it is told. */
export const leftBehindHelp = "Answer or stop it, or put back what was removed.";
