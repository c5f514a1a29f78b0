import { PrefixTuningError } from '@prefix-tuning/base';

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

/** The text of a file: fetched from an http(s) or blob address, read from a path otherwise. */
export async function readText(source: string): Promise<string> {
  if (/^(https?|blob|data):/.test(source)) {
    const answer = await fetch(source);
    if (!answer.ok) throw new MissingPeerError(`${source}: expected the file, got HTTP ${answer.status}.`, { details: { source } });
    return answer.text();
  }
  const { readFile } = await import('node:fs/promises');
  return readFile(source, 'utf8');
}
