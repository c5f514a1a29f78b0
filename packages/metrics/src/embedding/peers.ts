import { FileError, fileSystem, PrefixTuningError } from '@prefix-tuning/base';

/** An optional package that an adapter needs is not installed. */
export class MissingPeerError extends PrefixTuningError {
  readonly code = 'MISSING_PEER';
}

/**
 * Imports the first of several optional packages that is installed.
 *
 * The name is no literal at the import, so bundlers leave it alone; in a browser callers hand the module over instead.
 *
 * @throws MissingPeerError  naming the cure, if none is there
 */
export async function importPeer(names: readonly string[], option: string): Promise<unknown> {
  const causes: unknown[] = [];
  for (const name of names) {
    try {
      return await import(/* @vite-ignore */ /* webpackIgnore: true */ name);
    } catch (cause) {
      causes.push(cause);
    }
  }
  const or = names.join(' or ');
  throw new MissingPeerError(
    `@prefix-tuning/metrics: expected the optional package ${or}, found none. ` +
      `Run \`npm install ${names[0]}\`, or pass the imported module as \`${option}\`.`,
    { details: { packages: names }, cause: causes[0] },
  );
}

/**
 * A parsed JSON file: fetched from an http(s), blob or data address, read from a path otherwise; a value is handed through.
 *
 * @throws FileError  if it cannot be read, or holds no JSON object
 */
export async function readJson(source: string | object): Promise<object> {
  if (typeof source !== 'string') return source;
  try {
    const value: unknown = JSON.parse(await readText(source));
    if (typeof value === 'object' && value !== null) return value;
  } catch (cause) {
    throw new FileError(`${source}: expected a readable JSON file, got: ${String(cause)}.`, { details: { source }, cause });
  }
  throw new FileError(`${source}: expected a JSON object, got another value.`, { details: { source } });
}

async function readText(source: string): Promise<string> {
  if (!/^(https?|blob|data):/.test(source)) return fileSystem(source).readFile(source, 'utf8');
  const answer = await fetch(source);
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return answer.text();
}
