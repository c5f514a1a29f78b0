/** What a checkpoint says about its own generation. Ids that generation_config.json leaves out are those of config.json. */
export interface GenerationConfig {
  readonly eosTokenIds: readonly number[];
  readonly bosTokenId?: number | undefined;
  readonly padTokenId?: number | undefined;
  readonly decoderStartTokenId?: number | undefined;
  /** generation_config.json, or config.json where there is none, as Hugging Face's `generate` takes them. */
  readonly raw: Readonly<Record<string, unknown>>;
}

export function parseGenerationConfig(config: Readonly<Record<string, unknown>>, generation?: Readonly<Record<string, unknown>>): GenerationConfig {
  const ids = { ...config, ...generation };
  const id = (name: string) => (typeof ids[name] === 'number' ? ids[name] : undefined);
  const eos = ids['eos_token_id'];
  const eosTokenIds = (Array.isArray(eos) ? eos : [eos]).filter((value): value is number => typeof value === 'number');
  return {
    eosTokenIds,
    bosTokenId: id('bos_token_id'),
    padTokenId: id('pad_token_id'),
    decoderStartTokenId: id('decoder_start_token_id'),
    raw: generation ?? withForcedFirst(config),
  };
}

/** Old files of BART say by a flag that texts begin with the begin token. */
const withForcedFirst = (config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  config['force_bos_token_to_be_generated'] === true ? { ...config, forced_bos_token_id: config['bos_token_id'] } : config;
