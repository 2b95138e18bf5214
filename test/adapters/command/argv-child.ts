/** A tiny program that says what it received, as one line of JSON. */
process.stdout.write(JSON.stringify({ argv: process.argv.slice(2) }));
