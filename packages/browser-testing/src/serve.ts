import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const TYPES: Record<string, string> = { '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm', '.json': 'application/json' };

export interface ServeOptions {
  /** Files from memory, by path such as `/main.js`. */
  readonly contents: ReadonlyMap<string, Uint8Array | string>;
  /** Folders on disk, by path such as `/ort/`. */
  readonly folders: Readonly<Record<string, string>>;
}

export interface Served {
  readonly url: string;
  close(): Promise<void>;
}

async function find(path: string, { contents, folders }: ServeOptions): Promise<Uint8Array | string | undefined> {
  if (path === '/') return '<!doctype html><meta charset="utf-8"><title>test</title>';
  const content = contents.get(path);
  if (content !== undefined) return content;
  const mount = Object.keys(folders).find((prefix) => path.startsWith(prefix));
  const rest = mount && normalize(path.slice(mount.length));
  return mount && rest && !rest.startsWith('..') ? readFile(join(folders[mount]!, rest)).catch(() => undefined) : undefined;
}

/** Serves to this machine alone, isolated across origins so that pages may share memory between threads. */
export async function serve(options: ServeOptions): Promise<Served> {
  const server: Server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    void find(path, options).then((body) => {
      response.writeHead(body === undefined ? 404 : 200, {
        'content-type': TYPES[extname(path)] ?? 'text/html',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
      });
      response.end(body);
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => new Promise((done) => server.close(() => done())),
  };
}
