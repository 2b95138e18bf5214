/** A call, whole: every argument by its name. */

export function CallFields({ input }: { input: unknown }) {
  if (typeof input !== "object" || input === null) return <pre className="text-block">{String(input)}</pre>;
  const fields = Object.entries(input);
  if (fields.length === 0) return <p className="muted">without arguments</p>;
  return (
    <dl className="fields">
      {fields.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{typeof value === "string" ? value : JSON.stringify(value, null, 2)}</dd>
        </div>
      ))}
    </dl>
  );
}
