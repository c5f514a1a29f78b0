import { nodeModule } from '@prefix-tuning/base';
import type { OnProgress } from '@prefix-tuning/base';

const { readFile } = nodeModule('node:fs/promises');
const { homedir } = nodeModule('node:os');
const { join } = nodeModule('node:path');

/** How to reach the hub; each default is what Python's huggingface_hub reads from the environment. */
export interface HubOptions {
  /** A branch, a tag or a commit (40 hexadecimal digits, which pins it); `main` unless given. */
  readonly revision?: string;
  /** For private and gated models; `HF_TOKEN`, or what `hf auth login` stored, unless given. */
  readonly token?: string;
  /** `HF_ENDPOINT`, or https://huggingface.co. */
  readonly endpoint?: string;
  /** The cache folder: `HF_HUB_CACHE`, or `hub` in `HF_HOME`, or `~/.cache/huggingface/hub`. */
  readonly cache?: string;
  /** Takes only what the cache has; true with `HF_HUB_OFFLINE=1`. */
  readonly offline?: boolean;
  /** In place of the global one: for a proxy, or a test. */
  readonly fetch?: typeof fetch;
  /** How long to wait before going on after a broken connection, in milliseconds; twice as long each time. */
  readonly retryDelay?: number;
  readonly onProgress?: OnProgress;
}

export interface HubSettings extends Required<Omit<HubOptions, 'token' | 'onProgress'>> {
  readonly token: string | undefined;
  readonly onProgress: OnProgress | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Fills in what the options leave out, as Python's huggingface_hub does. */
export async function hubSettings(options: HubOptions, env: Environment = process.env): Promise<HubSettings> {
  const set = (...names: string[]) => names.map((name) => env[name]).find((value) => value !== undefined && value !== '');
  const home = expand(set('HF_HOME') ?? join(set('XDG_CACHE_HOME') ?? join(homedir(), '.cache'), 'huggingface'));
  return {
    revision: options.revision ?? 'main',
    token: options.token ?? set('HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN') ?? (await storedToken(expand(set('HF_TOKEN_PATH') ?? join(home, 'token')))),
    endpoint: (options.endpoint ?? set('HF_ENDPOINT') ?? 'https://huggingface.co').replace(/\/+$/, ''),
    cache: options.cache ?? expand(set('HF_HUB_CACHE', 'HUGGINGFACE_HUB_CACHE') ?? join(home, 'hub')),
    offline: options.offline ?? /^(1|on|yes|true)$/i.test(set('HF_HUB_OFFLINE', 'TRANSFORMERS_OFFLINE') ?? ''),
    fetch: options.fetch ?? fetch,
    retryDelay: options.retryDelay ?? 500,
    onProgress: options.onProgress,
  };
}

const expand = (path: string): string => path.replace(/^~(?=$|[/\\])/, homedir());

async function storedToken(path: string): Promise<string | undefined> {
  const token = (await readFile(path, 'utf8').catch(() => '')).trim();
  return token === '' ? undefined : token;
}
