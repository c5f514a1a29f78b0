import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { FileError } from '@prefix-tuning/base';
import { strToU8, zipSync } from 'fflate';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { installMeteorData } from './install.js';
import { compileParaphrases, loadMeteorData } from './load.js';
import { meteor } from './meteor.js';
import { encodeParaphrases } from './paraphrases.js';

const TABLE = gzipSync(
  ['0.5\na lot of\nmany\n', '0.4\nmany\na lot of\n', '0.3\nmany\nnumerous\n', '0.2\nmany\nlots of\n', '0.1\nis called\nnamed Zoë\n'].join(''),
);
const JAR = zipSync({
  'function/english.words': strToU8('of\na\n,\n'),
  'nonbreaking/english.prefixes': strToU8('# titles\nMr\nNo #NUMERIC_ONLY# \n'),
  'synonym/english.synsets': strToU8('auto\n11 12\ncar\n12\nox\n77\nbull\n77 78\n'),
  'synonym/english.exceptions': strToU8('ox\noxen\n'),
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meteor-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const precisionOf = (hypothesis: string, reference: string, data: Awaited<ReturnType<typeof loadMeteorData>>) =>
  meteor({ hypotheses: [hypothesis], references: [[reference]], data }).parts.precision;

test('a folder with jar and table gives all four stages, from the packed and the compiled table alike', async () => {
  writeFileSync(join(folder, 'meteor-1.5.jar'), JAR);
  writeFileSync(join(folder, 'paraphrase-en.gz'), TABLE);
  const packed = await loadMeteorData({ folder });
  await compileParaphrases(join(folder, 'paraphrase-en.gz'), join(folder, 'paraphrase-en.bin'));
  rmSync(join(folder, 'paraphrase-en.gz'));
  const compiled = await loadMeteorData({ folder });
  for (const data of [packed, compiled]) {
    expect(data.paraphrases!.size).toBe(5);
    expect(data.paraphrases!.id).toBe(createHash('sha256').update(TABLE).digest('hex').slice(0, 8));
    expect([...data.functionWords]).toEqual(['of', 'a', ',']);
    expect([...data.nonbreaking]).toEqual([['Mr', 'always'], ['No', 'number']]);
    expect(precisionOf('many', 'a lot of', data)).toBeCloseTo(0.6, 12);
    expect(precisionOf('numerous', 'many', data)).toBeCloseTo(0.6, 12);
    expect(precisionOf('numerous', 'lots of', data)).toBe(0);
    expect(precisionOf('named zoë', 'is called', data)).toBe(0);
    expect(precisionOf('oxen', 'bull', data)).toBeCloseTo(0.8, 12);
    expect(meteor({ hypotheses: ['a'], references: [['a']], data }).parts.missingStages).toEqual([]);
  }
  const bytes = [packed, compiled].map(({ paraphrases }) => Buffer.from(encodeParaphrases(paraphrases!)));
  expect(bytes[0]!.equals(bytes[1]!)).toBe(true);
});

test('files that are missing, cut short or something else are named', async () => {
  const path = join(folder, 'paraphrase-en.gz');
  await expect(loadMeteorData({ folder })).rejects.toThrow(/expected meteor-1\.5\.jar or paraphrase-en\.gz .* got neither/);
  await expect(loadMeteorData({ paraphraseFile: path })).rejects.toBeInstanceOf(FileError);
  writeFileSync(path, TABLE.subarray(0, TABLE.length - 12));
  await expect(loadMeteorData({ folder })).rejects.toThrow(/expected a gzip file/);
  writeFileSync(path, gzipSync('0.5\nonly two\n'));
  await expect(loadMeteorData({ folder })).rejects.toThrow(/something else, a part of one/);
  rmSync(path);
  writeFileSync(join(folder, 'meteor-1.5.jar'), 'no zip');
  await expect(loadMeteorData({ folder })).rejects.toThrow(/expected a zip file/);
  writeFileSync(join(folder, 'meteor-1.5.jar'), zipSync({ other: strToU8('x') }));
  await expect(loadMeteorData({ folder })).rejects.toThrow(/expected the entry function\/english\.words/);
  await expect(loadMeteorData({ wordnetDir: folder })).rejects.toThrow(/index\.sense/);
});

test('options that do not exist are refused by name', async () => {
  await expect(loadMeteorData({ dir: folder } as never)).rejects.toThrow('loadMeteorData: expected fields of folder, paraphraseFile, functionWordsFile, wordnetDir, got dir.');
  await expect(installMeteorData({ folder, hash: '' } as never)).rejects.toThrow('installMeteorData: expected fields of folder, url, sha256, got hash.');
});

test('a compiled table that was cut short is refused', async () => {
  const [source, target] = [join(folder, 'p.gz'), join(folder, 'p.bin')];
  writeFileSync(source, TABLE);
  await compileParaphrases(source, target);
  writeFileSync(target, readFileSync(target).subarray(0, 100));
  await expect(loadMeteorData({ paraphraseFile: target })).rejects.toThrow(/a part of one/);
  await expect(compileParaphrases(source, join(folder, 'none', 'p.bin'))).rejects.toThrow(/expected to write/);
});

test('word lists of one’s own are read and named in the signature', async () => {
  writeFileSync(join(folder, 'words'), 'the\nof\n');
  const names: Record<string, string> = { 'index.sense': 'auto%1:06:00:: 02958343 1 2\ncar%1:06:00:: 02958343 1 71\n', 'noun.exc': 'oxen ox\n', 'verb.exc': '', 'adj.exc': '', 'adv.exc': '' };
  for (const [name, text] of Object.entries(names)) writeFileSync(join(folder, name), text);
  const data = await loadMeteorData({ functionWordsFile: join(folder, 'words'), wordnetDir: folder });
  expect([...data.functionWords]).toEqual(['the', 'of']);
  expect(precisionOf('auto', 'car', data)).toBeCloseTo(0.8, 12);
  expect(meteor({ hypotheses: ['a'], references: [['a']], data }).signature).toContain('words:given|wordnet:given');
});

test('data are downloaded once, checked, and prepared', async () => {
  const archive = zipSync({ 'pycocoevalcap/meteor/meteor-1.5.jar': JAR, 'pycocoevalcap/meteor/data/paraphrase-en.gz': new Uint8Array(TABLE) });
  const sha256 = createHash('sha256').update(archive).digest('hex');
  let requests = 0;
  const server = createServer((request, response) => {
    requests++;
    if (request.url === '/missing') response.writeHead(404);
    response.end(request.url === '/empty' ? zipSync({}) : archive);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const target = join(folder, 'data', 'meteor');
  try {
    await expect(installMeteorData({ folder: target, url, sha256: '0'.repeat(64) })).rejects.toThrow(/expected .* SHA-256 0{64}, got/);
    await expect(installMeteorData({ folder: target, url: `${url}/missing`, sha256 })).rejects.toThrow(/HTTP status 404/);
    const empty = createHash('sha256').update(zipSync({})).digest('hex');
    await expect(installMeteorData({ folder: target, url: `${url}/empty`, sha256: empty })).rejects.toBeInstanceOf(FileError);
    expect(existsSync(target)).toBe(false);
    // Node's own mkdir with `recursive` never comes back from here.
    if (process.platform === 'linux') await expect(installMeteorData({ folder: '/proc/none/below', url, sha256 })).rejects.toThrow('/proc/none/below: expected to make the folder, got ENOENT');
    await installMeteorData({ folder: target, url, sha256 });
    expect(readdirSync(target).sort()).toEqual(['meteor-1.5.jar', 'paraphrase-en.bin']);
    const before = requests;
    await installMeteorData({ folder: target, url, sha256 });
    expect(requests).toBe(before);
    expect((await loadMeteorData({ folder: target })).paraphrases!.size).toBe(5);
    const table = readFileSync(join(target, 'paraphrase-en.bin'));
    table.write('METEORP2');
    writeFileSync(join(target, 'paraphrase-en.bin'), table);
    await expect(loadMeteorData({ folder: target })).rejects.toThrow(/another version's .* installMeteorData/);
    await installMeteorData({ folder: target, url, sha256 });
    expect(requests).toBe(before + 1);
    expect((await loadMeteorData({ folder: target })).paraphrases!.size).toBe(5);
  } finally {
    server.close();
  }
});
