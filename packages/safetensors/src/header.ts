import { bytesPerElement, isDType, type DType } from './dtype.js';
import { WeightsError } from './errors.js';
import { scanHeader, type RawEntry } from './scan.js';

/** Where one tensor lies. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** First byte, counted from the start of the file. */
  readonly begin: number;
  /** One past the last byte. */
  readonly end: number;
}

export interface Header {
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Longest header that is read: far above any real model's, and cheap to refuse. The same bound as huggingface.js. */
export const maxHeaderBytes = 25_000_000;

const maxRank = 64;

/**
 * Parses and checks a header: time and memory grow with the header's length, which is bounded, and not with what it claims.
 *
 * The rules are those of the reference implementation: tensors lie back to back from the first byte after the header
 * to the last byte of the file.
 *
 * @param text  the JSON, without the eight bytes of its length
 * @param layout.dataBegin  first byte after the header
 * @param layout.fileSize  bytes in the file
 * @throws WeightsError  naming the file, the tensor and the cure
 */
export function parseHeader(text: string, layout: { file: string; dataBegin: number; fileSize: number }): Header {
  const { entries, metadata } = scanHeader(text, layout.file);
  const tensors = new Map<string, TensorEntry>();
  for (const raw of entries) tensors.set(raw.name, checkEntry(raw, layout));
  checkCoverage(tensors, layout);
  return { tensors, metadata };
}

function checkEntry({ name, dtype, shape, offsets }: RawEntry, { file, dataBegin }: { file: string; dataBegin: number }): TensorEntry {
  const fail = (expected: string, got: string): never => {
    throw new WeightsError(`${file}: tensor "${shorten(name)}": expected ${expected}, got ${got}. The header is damaged: get the file again.`, {
      details: { file, tensor: shorten(name) },
    });
  };
  if (!isDType(dtype)) return fail('a known dtype', `"${shorten(dtype)}"`);
  if (shape.length > maxRank) fail(`at most ${maxRank} dimensions`, `${shape.length}`);
  if (offsets.length !== 2) fail('two data_offsets', `${offsets.length}`);
  const bytes = shape.reduce((product, n) => product * n, bytesPerElement(dtype));
  if (!shape.every(Number.isSafeInteger) || !Number.isSafeInteger(bytes)) fail('a size that fits a file', `shape [${shape.join(', ')}]`);
  const [begin, end] = offsets as [number, number];
  if (!Number.isSafeInteger(begin) || !Number.isSafeInteger(end) || end - begin !== bytes) {
    fail(`${bytes} bytes for ${dtype} [${shape.join(', ')}]`, `data_offsets [${begin}, ${end}]`);
  }
  return { name, dtype, shape, begin: dataBegin + begin, end: dataBegin + end };
}

/** Tensors may not overlap, leave holes, or end before or after the file does. */
function checkCoverage(tensors: ReadonlyMap<string, TensorEntry>, { file, dataBegin, fileSize }: { file: string; dataBegin: number; fileSize: number }): void {
  let next = dataBegin;
  for (const { name, begin, end } of [...tensors.values()].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== next) {
      const what = begin < next ? 'it overlaps another tensor' : 'there is a hole before it';
      throw new WeightsError(`${file}: tensor "${shorten(name)}": expected its data at byte ${next}, got ${begin}: ${what}. Get the file again.`, {
        details: { file, tensor: shorten(name) },
      });
    }
    next = end;
  }
  if (next > fileSize) throw truncated(file, next, fileSize);
  if (next < fileSize) {
    throw new WeightsError(`${file}: expected ${next} bytes from its header, got ${fileSize}: something was added at the end. Get the file again.`, {
      details: { file, expected: next, actual: fileSize },
    });
  }
}

export function truncated(file: string, expected: number, actual: number): WeightsError {
  return new WeightsError(`${file}: expected ${expected} bytes, got ${actual}: the file is truncated. Download or copy it again.`, {
    details: { file, expected, actual },
  });
}

const shorten = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}...` : text);
