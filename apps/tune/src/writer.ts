import { ConfigError, type OnProgress } from '@prefix-tuning/base';
import type { Runtime } from '@prefix-tuning/jit';
import type { GenerateOptions, Model } from '@prefix-tuning/model';
import { generateTuned, tokenLimit, type HostTensors, type Tuning } from '@prefix-tuning/training';
import { encoderOf } from './encode.js';

export interface WriteOptions {
  /** Hears texts in the order of the sources. */
  readonly onText?: (text: string) => void;
  /** Hears a source's text at once, whatever its place. */
  readonly onWritten?: (source: string, text: string) => void;
  /** Texts by source that are there already. */
  readonly known?: ReadonlyMap<string, string>;
}

export interface WriterSettings {
  readonly runtime: Runtime;
  readonly maxNewTokens: number;
  readonly beams?: number;
  /** Tokens of a source that are read; all unless given. */
  readonly maxSource?: number | undefined;
  readonly onProgress?: OnProgress;
}

/**
 * Writes a text for each source with a tuned model, and tells each in the order of the sources as soon as it and those before are there.
 * Texts that are known are not written again.
 */
export function writerOf(model: Model, tuning: Tuning, parameters: HostTensors, { runtime, maxNewTokens, beams = 5, maxSource, onProgress }: WriterSettings) {
  const encode = encoderOf(model, maxSource);
  // What is written needs positions, too.
  const positions = tokenLimit(model, tuning);
  const room = positions - (model.family.encoder ? 0 : maxNewTokens);
  if (room < 1) throw new ConfigError(`--max-new-tokens: expected fewer than the model's ${positions} positions, got ${maxNewTokens}. Choose fewer.`);
  const promptOf = (source: string): number[] => {
    const prompt = encode.prompt(source);
    if (prompt.length <= room) return prompt;
    throw new ConfigError(`source: expected at most ${room} tokens, got ${prompt.length}: ${source.slice(0, 60)}... Shorten it, write less with --max-new-tokens, or train with --max-source.`);
  };
  return async (sources: readonly string[], { onText = () => {}, onWritten = () => {}, known = new Map() }: WriteOptions = {}): Promise<string[]> => {
    const texts = new Map(known);
    const different = [...new Set(sources)].filter((source) => !texts.has(source));
    let told = 0;
    const onSequences: GenerateOptions['onSequences'] = ({ prompt, sequences: [best] }) => {
      const [source, text] = [different[prompt]!, model.tokenizer.decode(best!.tokens, { skipSpecialTokens: true }).trim()];
      texts.set(source, text);
      onWritten(source, text);
      while (told < sources.length && texts.has(sources[told]!)) onText(texts.get(sources[told++]!)!);
    };
    if (different.length > 0) await generateTuned(model, different.map(promptOf), { tuning, parameters, runtime, beams, maxNewTokens, onSequences, ...(onProgress ? { onProgress } : {}) });
    return sources.map((source) => texts.get(source)!);
  };
}
