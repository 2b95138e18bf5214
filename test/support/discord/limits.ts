/** Discord's documented limits for messages of components, and who a message would notify. */
import type { Sheet } from "../../../adapters/discord/draw/render.ts";

interface Component {
  type: number;
  id?: number;
  content?: string;
  label?: string;
  custom_id?: string;
  url?: string;
  options?: { label: string; value: string }[];
  components?: Component[];
}

/** The limits that a rendering breaks, in words. */
export function brokenLimits(sheets: readonly Sheet[]): string[] {
  const broken = sheets.flatMap((sheet) => brokenBy(sheet.container as Component));
  if (sheets.length === 0) broken.push("no message at all");
  if (sheets.length > 3) broken.push(`${sheets.length} messages instead of a file`);
  return broken;
}

function brokenBy(container: Component): string[] {
  const broken: string[] = [];
  const within = (what: string, size: number, least: number, most: number) => {
    if (size < least || size > most) broken.push(`${what}: ${size}, not ${least} to ${most}`);
  };
  const all = [container, ...inside(container)];
  within("components", all.length, 2, 40);
  within(
    "text",
    all.reduce((sum, each) => sum + (each.content?.length ?? 0), 0),
    0,
    4_000,
  );
  const ids = all.flatMap((each) => each.custom_id ?? []);
  if (new Set(ids).size !== ids.length) broken.push("a custom id twice");
  for (const each of all) {
    if (each.content !== undefined) within("a text", each.content.trim().length, 1, 4_000);
    if (each.label !== undefined) within("a label", each.label.length, 1, 80);
    if (each.custom_id !== undefined) within("a custom id", each.custom_id.length, 1, 100);
    if (each.url !== undefined) within("a url", each.url.length, 1, 512);
    if (each.type === 1) within("a row", each.components?.length ?? 0, 1, 5);
    if (each.options) brokenOptions(each.options, within);
  }
  return broken;
}

function brokenOptions(
  options: readonly { label: string; value: string }[],
  within: (what: string, size: number, least: number, most: number) => void,
): void {
  within("options", options.length, 1, 25);
  within(
    "different options",
    new Set(options.map((option) => option.value)).size,
    options.length,
    options.length,
  );
  for (const option of options) {
    within("an option's label", option.label.length, 1, 100);
    within("an option's value", option.value.length, 1, 100);
  }
}

function inside(component: Component): Component[] {
  return (component.components ?? []).flatMap((each) => [each, ...inside(each)]);
}

/** Allowed mentions decide; a mention that is allowed but not written notifies nobody. */
export function pings(sheets: readonly Sheet[]): string[] {
  return sheets.flatMap((sheet) => {
    const text = JSON.stringify(sheet.container);
    const users = sheet.pings.users.filter((user) => text.includes(`<@${user}>`));
    const roles = sheet.pings.roles.filter((role) => text.includes(`<@&${role}>`));
    return [...users, ...roles];
  });
}

/** All text that a reader sees, in order. */
export function textOf(sheets: readonly Sheet[]): string {
  return sheets
    .flatMap((sheet) => inside(sheet.container as Component).flatMap((each) => each.content ?? []))
    .join("\n");
}
