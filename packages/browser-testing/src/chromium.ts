import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PrefixTuningError } from '@prefix-tuning/base';
import { chromium, type Browser } from 'playwright-core';

/** No Chromium was found, or it did not start. */
export class BrowserError extends PrefixTuningError {
  readonly code = 'BROWSER';
}

/** Where systems put a Chromium; an own one can be named in PREFIX_TUNING_CHROMIUM. */
const INSTALLED = [
  '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe', 'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/** Loaded by name: it hides its package.json, so the check of imports against ours cannot find it. */
const PACKAGED = '@sparticuz/chromium';

interface Executable {
  readonly path: string;
  /** Shared libraries for systems that lack those of a desktop. */
  readonly libraries?: string;
}

async function findExecutable(): Promise<Executable> {
  const installed = [process.env.PREFIX_TUNING_CHROMIUM ?? '', ...INSTALLED].find((path) => path && existsSync(path));
  return installed ? { path: installed } : unpacked();
}

/** Runs a function with other environment variables, which the packaged Chromium takes its settings from. */
async function withEnvironment<T>(variables: Record<string, string>, run: () => Promise<T>): Promise<T> {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  try {
    return await run();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

/**
 * The Chromium inside the npm package, unpacked once per version and user. It unpacks into a folder of its own that is
 * then renamed, so that tests that run at the same time never see half a browser.
 */
async function unpacked(): Promise<Executable> {
  const main = createRequire(import.meta.url).resolve(PACKAGED);
  const { version } = JSON.parse(await readFile(join(dirname(main), '../../package.json'), 'utf8')) as { version: string };
  const home = join(tmpdir(), `prefix-tuning-chromium-${version}-${process.getuid?.() ?? 'user'}`);
  if (!existsSync(home)) {
    const { default: packaged } = (await import(PACKAGED)) as { default: { executablePath(): Promise<string> } };
    await mkdir(tmpdir(), { recursive: true });
    const fresh = await mkdtemp(`${home}-`);
    // The package unpacks its shared libraries only where it believes to be on Amazon's Lambda.
    await withEnvironment({ TMPDIR: fresh, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' }, () => packaged.executablePath());
    await rename(fresh, home).catch(() => rm(fresh, { recursive: true }));
  }
  return { path: join(home, 'chromium'), libraries: join(home, 'al2023', 'lib') };
}

const FLAGS = ['--no-sandbox', '--disable-dev-shm-usage'];

/**
 * Starts a headless Chromium: the system's, or the one that comes with the npm package.
 *
 * @throws BrowserError  if none starts
 */
export async function launchChromium(flags: readonly string[] = []): Promise<Browser> {
  const { path, libraries } = await findExecutable();
  const args = [...FLAGS, ...flags];
  try {
    return await chromium.launch({ executablePath: path, args });
  } catch (cause) {
    const failed = () =>
      new BrowserError(`launchChromium: ${path} did not start. Install Chromium and name it in PREFIX_TUNING_CHROMIUM.`, { cause });
    if (!libraries) throw failed();
    const env = { ...process.env, LD_LIBRARY_PATH: libraries } as Record<string, string>;
    return chromium.launch({ executablePath: path, args, env }).catch(() => Promise.reject(failed()));
  }
}
