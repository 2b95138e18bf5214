/** The commands that Discord offers for us, and what they mean in the words of `/agent`. */
import { createHash } from "node:crypto";
import {
  type APIApplicationCommandInteractionDataOption,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
  type REST,
  type RESTPutAPIApplicationCommandsJSONBody,
  Routes,
} from "discord.js";
import type { Inlet } from "../../../src/core/ports/channel.ts";
import type { Intent } from "../../../src/core/ports/inbound.ts";
import { noteKinds, readNote, writeNote } from "../../../src/core/store/notes.ts";

const menuCommand = "Ask the agent";

const where = {
  contexts: [InteractionContextType.Guild, InteractionContextType.BotDM],
  integration_types: [ApplicationIntegrationType.GuildInstall],
};

const runOption = {
  type: ApplicationCommandOptionType.String as const,
  name: "run",
  description: "Which run; without it, the run of this thread",
  required: false,
  max_length: 100,
};

function subcommand(name: string, description: string, options: (typeof runOption)[] = []) {
  return { type: ApplicationCommandOptionType.Subcommand as const, name, description, options };
}

/**
 * Discord forbids a command to have both options of its own and subcommands, so `/agent task:…` is
 * `/agent run task:…`; everything else has the name it has in Slack.
 */
const commands: RESTPutAPIApplicationCommandsJSONBody = [
  {
    type: ApplicationCommandType.ChatInput,
    name: "agent",
    description: "Give the agent a task, or look after its runs",
    ...where,
    options: [
      {
        ...subcommand("run", "Start a run"),
        options: [
          {
            ...runOption,
            name: "task",
            description: "What should be done",
            required: true,
            max_length: 6_000,
          },
          { ...runOption, name: "agent", description: "Which agent; without it, the default one" },
        ],
      },
      subcommand("status", "What a run is doing", [runOption]),
      subcommand("list", "Your last runs"),
      subcommand("stop", "Stop a run", [runOption]),
      subcommand("pause", "Pause a run", [runOption]),
      subcommand("resume", "Let a run go on", [runOption]),
      subcommand("agents", "The agents that you can ask"),
      subcommand("help", "What you can say"),
    ],
  },
  { type: ApplicationCommandType.Message, name: menuCommand, ...where },
];

/** What can be typed here. */
export const helpText = [
  "`/agent run task:…` starts a run · `agent:…` beside it with that agent · or mention me: `@me <task>`",
  "`/agent status` · `list` · `agents` · `pause` · `resume` · `stop`, each for a run with `run:…`",
  "In a thread with a run, a reply answers its question or steers it, and `stop` stops it.",
].join("\n");

/** `stop <run>`, `help`, … as core's instructions read them; a run with its own fields, where no word is a command. */
export function instructionOf(
  options: readonly APIApplicationCommandInteractionDataOption[],
): Extract<Intent, { type: "instruction" }> {
  const chosen = options[0];
  if (chosen?.type !== ApplicationCommandOptionType.Subcommand) return { type: "instruction", text: "help" };
  const given = (name: string): string => {
    const option = chosen.options?.find((each) => each.name === name);
    return option?.type === ApplicationCommandOptionType.String ? option.value.trim() : "";
  };
  if (chosen.name !== "run") return { type: "instruction", text: commandOf(chosen.name, given("run")) };
  const launch = { agent: given("agent") || null, task: given("task") };
  return { type: "instruction", text: launch.task, launch };
}

/** What stands in the field of a run is its id, whatever it looks like. */
function commandOf(name: string, run: string): string {
  if (run === "") return name;
  return `${name} ${run.startsWith("run_") ? run : `run_${run}`}`;
}

/** Registered only when they differ from what this application has: Discord counts registrations. */
export async function registerCommands(
  rest: REST,
  store: Pick<Inlet["store"], "note" | "saveNote">,
  applicationId: string,
): Promise<"registered" | "unchanged"> {
  const hash = createHash("sha256").update(applicationId).update(JSON.stringify(commands)).digest("hex");
  if ((await readNote(store, noteKinds.discordCommands)) === hash) return "unchanged";
  await rest.put(Routes.applicationCommands(applicationId), { body: commands });
  await writeNote(store, noteKinds.discordCommands, { value: hash });
  return "registered";
}
