import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HubFile {
  readonly content: Uint8Array;
  /** Stored elsewhere: the hub redirects to another host. */
  readonly large?: boolean;
}

export interface HubRequest {
  readonly host: 'hub' | 'storage';
  readonly method: string;
  readonly path: string;
  readonly token: string | undefined;
  readonly range: string | undefined;
}

/** A server that speaks the hub's protocol for one model, and the one that its large files lie on. */
export interface HubServer {
  readonly endpoint: string;
  readonly requests: HubRequest[];
  files: Record<string, HubFile>;
  commit: string;
  /** Wanted of every request to the hub. */
  token: string | undefined;
  /** Breaks the connection after so many bytes, once for each number. */
  breakAfter: number[];
  /** Sends other bytes than announced. */
  corrupt: boolean;
  /** Ignores ranges, as some mirrors do. */
  withoutRanges: boolean;
  close(): Promise<void>;
}

export const repo = 'tiny-org/tiny-gpt2';

const sha = (kind: string, ...parts: (string | Uint8Array)[]) => parts.reduce((hash, part) => hash.update(part), createHash(kind)).digest('hex');
export const etagOf = ({ content, large }: HubFile): string => (large ? sha('sha256', content) : sha('sha1', `blob ${content.length}\0`, content));

export async function hubServer(files: Record<string, HubFile>): Promise<HubServer> {
  const hub = createServer((request, response) => answer(request, response));
  const storage = createServer((request, response) => {
    note('storage', request);
    const file = Object.values(state.files).find((one) => request.url === `/${etagOf(one)}`);
    if (file) sendBytes(request, response, file);
    else send(response, 404);
  });
  const [endpoint, elsewhere] = [await listen(hub, '127.0.0.1'), await listen(storage, 'localhost')];
  const state: HubServer = {
    endpoint,
    requests: [],
    files,
    commit: 'a'.repeat(40),
    token: undefined,
    breakAfter: [],
    corrupt: false,
    withoutRanges: false,
    close: async () => void (await Promise.all([hub, storage].map((server) => new Promise((done) => (server.closeAllConnections(), server.close(done)))))),
  };

  const note = (host: HubRequest['host'], { method = '', url = '', headers }: IncomingMessage) => {
    state.requests.push({ host, method, path: url, token: headers.authorization?.replace('Bearer ', ''), range: headers.range });
  };

  const answer = (request: IncomingMessage, response: ServerResponse) => {
    note('hub', request);
    const [, name, revision, path] = /^\/(.+)\/resolve\/([^/]+)\/(.+)$/.exec(request.url ?? '') ?? [];
    if (name === 'old-name') return send(response, 307, { location: `/${repo}/resolve/${revision}/${path}` });
    if (name !== repo || (state.token !== undefined && request.headers.authorization !== `Bearer ${state.token}`)) return send(response, 401, { 'x-error-code': 'RepoNotFound' });
    if (revision !== 'main' && revision !== state.commit && revision !== 'refs%2Fpr%2F1') return send(response, 404, { 'x-error-code': 'RevisionNotFound' });
    const common = { 'x-repo-commit': state.commit };
    const file = Object.hasOwn(state.files, path!) ? state.files[path!]! : undefined;
    if (!file) return send(response, 404, { ...common, 'x-error-code': 'EntryNotFound' });
    const etag = `"${etagOf(file)}"`;
    if (file.large) {
      const linked = { 'x-linked-etag': etag, 'x-linked-size': String(file.content.length), location: `${elsewhere}/${etagOf(file)}` };
      return send(response, 302, { ...common, ...linked, etag: '"pointer"' });
    }
    return sendBytes(request, response, file, { ...common, etag });
  };

  const sendBytes = (request: IncomingMessage, response: ServerResponse, { content }: HubFile, headers: Record<string, string> = {}) => {
    const start = state.withoutRanges ? 0 : Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const body = Uint8Array.from(content.subarray(start));
    if (state.corrupt && body.length > 0) body[body.length - 1]! ^= 1;
    const range = start > 0 ? { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` } : {};
    response.writeHead(start > 0 ? 206 : 200, { ...headers, ...range, 'content-length': String(body.length) });
    if (request.method === 'HEAD') return void response.end();
    const limit = state.breakAfter.shift();
    if (limit === undefined) return void response.end(body);
    response.write(body.subarray(0, limit), () => setTimeout(() => response.destroy(), 20));
  };
  return state;
}

function send(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  response.writeHead(status, headers).end();
}

/** Two names of this machine stand for two hosts. */
function listen(server: Server, host: string): Promise<string> {
  return new Promise((done) => server.listen(0, host, () => done(`http://${host}:${(server.address() as AddressInfo).port}`)));
}
