/** The tools that the control flow itself carries out; every bot has them, each agent names those it may use. */
import { askHuman } from "./ask-human.ts";
import type { Tool } from "./contract.ts";
import { finalAnswer } from "./final-answer.ts";
import { handOff } from "./hand-off.ts";
import { sleepUntil } from "./sleep-until.ts";
import { waitForEvent } from "./wait-for-event.ts";

/** An agent has those that its `tools` name. */
export const controlTools: readonly Tool[] = [askHuman, finalAnswer, handOff, sleepUntil, waitForEvent];
