import { checkFields, FileError, makeFolder, nodeModule, type FieldsOf } from '@prefix-tuning/base';
import { compileParaphrases, firstFile, isCompiledFile, JAR } from './load.js';
import { unzip } from './zip.js';

export interface InstallMeteorOptions {
  /** The folder to fill; it is made if need be. */
  readonly folder: string;
  /** A mirror of the archive; its bytes must be the same. */
  readonly url?: string;
  readonly sha256?: string;
}

const fields: FieldsOf<InstallMeteorOptions> = { folder: true, url: true, sha256: true };

/** PyPI's pycocoevalcap 1.2, which carries METEOR 1.5's jar and English paraphrase table (LGPL). */
const ARCHIVE = {
  url: 'https://files.pythonhosted.org/packages/08/f9/466f289f1628296b5e368940f89e3cfcfb066d15ddc02ff536dc532b1c93/pycocoevalcap-1.2-py3-none-any.whl',
  sha256: '083ed7910f1aec000b0a237ef6665f74edf19954204d0b1cbdb8399ed132228d',
};
const ENTRIES = { jar: 'pycocoevalcap/meteor/meteor-1.5.jar', table: 'pycocoevalcap/meteor/data/paraphrase-en.gz' };
const COMPILED = 'paraphrase-en.bin';

/**
 * Downloads METEOR 1.5's data once (104 MB) and prepares it; `loadMeteorData({ folder })` then gives all four stages.
 *
 * A folder that has everything is left as it is, without a look at the network. A table that another version compiled is not
 * that: its format may differ.
 *
 * @throws FileError  if the download fails, is another file than expected, or can't be written
 * @throws ConfigError  for an option that does not exist
 */
export async function installMeteorData(options: InstallMeteorOptions): Promise<void> {
  checkFields('installMeteorData', options, Object.keys(fields));
  const { folder, url = ARCHIVE.url, sha256 = ARCHIVE.sha256 } = options;
  if ((await firstFile(folder, [JAR])) && (await isCompiledFile(`${folder}/${COMPILED}`))) return;
  const { rm, writeFile } = nodeModule('node:fs/promises');
  const archive = await download(url, sha256);
  const entries = await unzip(url, archive, (name) => Object.values(ENTRIES).includes(name));
  const [jar, table] = [entries[ENTRIES.jar], entries[ENTRIES.table]];
  if (!jar || !table) throw new FileError(`installMeteorData: expected ${ENTRIES.jar} and ${ENTRIES.table} in ${url}, got ${Object.keys(entries).join(', ') || 'neither'}. Use pycocoevalcap 1.2's wheel.`, { details: { url } });
  const packed = `${folder}/paraphrase-en.gz`;
  try {
    await makeFolder(folder);
    await writeFile(packed, table);
    await compileParaphrases(packed, `${folder}/${COMPILED}`);
    await rm(packed);
    await writeFile(`${folder}/${JAR}`, jar);
  } catch (cause) {
    if (cause instanceof FileError) throw cause;
    throw new FileError(`installMeteorData: expected to write into ${folder}, got ${(cause as Error).message}. Choose a folder with room where you may write.`, { details: { folder }, cause });
  }
}

async function download(url: string, sha256: string): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`HTTP status ${response.status}`);
    bytes = new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw new FileError(`installMeteorData: expected ${url} to answer, got ${(cause as Error).message}. Check the network, or give the url of a mirror.`, { details: { url }, cause });
  }
  const got = nodeModule('node:crypto').createHash('sha256').update(bytes).digest('hex');
  if (got !== sha256) {
    throw new FileError(`installMeteorData: expected ${url} to have the SHA-256 ${sha256}, got ${got}. Nothing was written; try again or use another mirror.`, { details: { url, expected: sha256, got } });
  }
  return bytes;
}
