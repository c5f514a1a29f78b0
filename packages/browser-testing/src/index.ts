import { build, type BuildOptions } from 'esbuild';
import { launchChromium } from './chromium.js';
import { serve } from './serve.js';

export { BrowserError, launchChromium } from './chromium.js';

export interface RunInBrowserOptions {
  /** Path of a TypeScript or JavaScript module whose default export is an async function of one argument. */
  readonly entry: string;
  /** Passed to that function; must survive JSON. */
  readonly argument: unknown;
  /** Folders on disk that the page may fetch from, by path such as `/ort/`. */
  readonly folders?: Readonly<Record<string, string>>;
  /** Further flags of Chromium. */
  readonly flags?: readonly string[];
}

/** Bundles a module from source as an application would, packages of this workspace included. */
export const bundleForBrowser = (entry: string): Promise<string> => bundle(entry, { platform: 'browser' });

/** The same as a server's build does it; native libraries stay outside. */
export const bundleForNode = (entry: string): Promise<string> => bundle(entry, { platform: 'node', external: ['onnxruntime-node'] });

async function bundle(entry: string, options: BuildOptions): Promise<string> {
  const { outputFiles } = await build({
    ...options,
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    conditions: ['prefix-tuning-source'],
    logLevel: 'silent',
  });
  return outputFiles[0]!.text;
}

/**
 * Runs the default export of a module in headless Chromium and returns its result.
 *
 * @throws BrowserError  if no Chromium starts
 * @throws Error  of the page, if the function fails there
 */
export async function runInBrowser<T>({ entry, argument, folders = {}, flags = [] }: RunInBrowserOptions): Promise<T> {
  const contents = new Map([['/main.js', await bundleForBrowser(entry)]]);
  const served = await serve({ contents, folders });
  try {
    const browser = await launchChromium(flags);
    try {
      const page = await browser.newPage();
      await page.goto(served.url);
      // Text, so that no bundler rewrites the import meant for the page.
      return (await page.evaluate(`import('/main.js').then((module) => module.default(${JSON.stringify(argument)}))`)) as T;
    } finally {
      await browser.close();
    }
  } finally {
    await served.close();
  }
}
