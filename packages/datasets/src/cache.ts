import { FileError, makeFolder, moveFile, nodeModule } from '@prefix-tuning/base';
import type { DatasetDefinition, DatasetOptions } from './define.js';
import type { DataRecord, SplitName } from './example.js';
import { readJsonLines } from './formats/json.js';
import type { DataFolder } from './io/folder.js';

const { createHash, randomUUID } = nodeModule('node:crypto');
const { access, open, rm, stat } = nodeModule('node:fs/promises');
const { join } = nodeModule('node:path');

export interface CacheContext {
  readonly definition: DatasetDefinition<unknown, DatasetOptions>;
  readonly folder: DataFolder;
  readonly options: DatasetOptions;
  readonly split: SplitName;
  readonly cache: string;
}

/** Version of the cache's own form. */
const cacheForm = 1;

/**
 * The records of a split from the cache, or from its files and into the cache.
 *
 * The key covers dataset, revision, options, and name, size and time of every file in the folder. An entry appears
 * whole or not at all: it is written beside its place and renamed when the last record is in it.
 */
export async function* cachedRecords(read: () => AsyncIterable<DataRecord<unknown>>, context: CacheContext): AsyncGenerator<DataRecord<unknown>> {
  const path = join(context.cache, context.definition.name, `${await cacheKey(context)}.jsonl`);
  const exists = await access(path).then(() => true, () => false);
  if (exists) yield* readCache(path);
  else yield* writeCache(read(), path);
}

async function* readCache(path: string): AsyncGenerator<DataRecord<unknown>> {
  for await (const { value } of readJsonLines({ path, name: path })) yield value as unknown as DataRecord<unknown>;
}

async function* writeCache(records: AsyncIterable<DataRecord<unknown>>, path: string): AsyncGenerator<DataRecord<unknown>> {
  const part = `${path}.${randomUUID()}.part`;
  const file = await written(path, makeFolder(join(path, '..')).then(() => open(part, 'w')));
  try {
    let lines: string[] = [];
    for await (const record of records) {
      if (lines.push(JSON.stringify(record)) === linesAtOnce) {
        await written(path, file.write(`${lines.join('\n')}\n`));
        lines = [];
      }
      yield record;
    }
    await written(path, file.write(lines.map((line) => `${line}\n`).join('')));
    await written(path, file.close().then(() => moveFile(part, path)));
  } finally {
    await file.close();
    await rm(part, { force: true });
  }
}

const linesAtOnce = 1000;

/** What a step of writing gives; a full disk or a folder that takes no files is named. */
async function written<T>(path: string, step: Promise<T>): Promise<T> {
  return step.catch((error: Error) => {
    const { code, message } = (error.cause ?? error) as NodeJS.ErrnoException;
    throw new FileError(`${path}: expected to write the cache, got ${code ?? message}. Give another folder, or load without a cache.`, { details: { path }, cause: error });
  });
}

async function cacheKey({ definition, folder, options, split }: CacheContext): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([cacheForm, definition.name, definition.revision ?? 0, split, Object.entries(options).sort()]));
  for (const { name, path, content } of folder.files) {
    if (content) {
      hash.update(`${name}\0${content.length}\0`).update(content);
    } else {
      // A link to nothing is in the folder, too.
      const { size, mtimeMs } = await stat(path).catch(() => ({ size: -1, mtimeMs: 0 }));
      hash.update(`${name}\0${size}\0${mtimeMs}\n`);
    }
  }
  return hash.digest('hex').slice(0, 32);
}
