/** Acknowledges an interaction within Discord's three seconds. */
import {
  type APIInteraction,
  type APIInteractionResponse,
  InteractionResponseType,
  MessageFlags,
  RESTJSONErrorCodes,
  Routes,
} from "discord.js";
import type { Inbound } from "../../../src/core/ports/inbound.ts";
import { codeOf } from "../errors.ts";
import type { Session } from "../session.ts";

/**
 * The deferral promises nothing, it only keeps the interaction alive. false: Discord has told the person that it
 * failed (too late), so that it must not happen after all.
 */
export async function deferred(
  session: Session,
  interaction: APIInteraction,
  { inbound, privately }: { inbound: Inbound; privately: boolean },
): Promise<boolean> {
  const deferral: APIInteractionResponse = privately
    ? {
        type: InteractionResponseType.DeferredChannelMessageWithSource,
        data: { flags: MessageFlags.Ephemeral },
      }
    : { type: InteractionResponseType.DeferredMessageUpdate };
  const { secondBot, inlet, options } = session;
  try {
    await secondBot.watch(inbound, inlet.store, () => respond(session, interaction, deferral));
    return true;
  } catch (err) {
    options.log.warn({ err, interaction: interaction.id }, "discord interaction not acknowledged");
    return codeOf(err) !== RESTJSONErrorCodes.UnknownInteraction;
  }
}

/** The first response to an interaction; Discord takes one. @throws what discord.js does */
export async function respond(
  session: Session,
  interaction: APIInteraction,
  body: APIInteractionResponse,
): Promise<void> {
  await session.rest.post(Routes.interactionCallback(interaction.id, interaction.token), {
    body,
    auth: false,
  });
}
