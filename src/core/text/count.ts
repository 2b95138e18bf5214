/** Numbers of things, as people read them. */

/** `2,310` */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** `1 step`, `2,310 steps`. */
export function plural(value: number, one: string): string {
  return `${count(value)} ${value === 1 ? one : `${one}s`}`;
}
