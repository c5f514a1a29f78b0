/** What a checkpoint says about its own generation: generation_config.json over config.json. */
export interface GenerationConfig {
  readonly eosTokenIds: readonly number[];
  readonly bosTokenId?: number | undefined;
  readonly padTokenId?: number | undefined;
  readonly decoderStartTokenId?: number | undefined;
  /** Everything that the two files say, under Hugging Face's names. */
  readonly raw: Readonly<Record<string, unknown>>;
}

export function parseGenerationConfig(config: Readonly<Record<string, unknown>>, generation: Readonly<Record<string, unknown>> = {}): GenerationConfig {
  const raw = { ...config, ...generation };
  const id = (name: string) => (typeof raw[name] === 'number' ? raw[name] : undefined);
  const eos = raw['eos_token_id'];
  const eosTokenIds = (Array.isArray(eos) ? eos : [eos]).filter((value): value is number => typeof value === 'number');
  return {
    eosTokenIds,
    bosTokenId: id('bos_token_id'),
    padTokenId: id('pad_token_id'),
    decoderStartTokenId: id('decoder_start_token_id'),
    raw,
  };
}
