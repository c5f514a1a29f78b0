import { HubError } from './errors.js';
import type { HubSettings } from './settings.js';

/** What the hub says of one file before it sends it. */
export interface RemoteFile {
  readonly url: string;
  /** The commit that the revision stands for. */
  readonly commit: string;
  /** SHA-256 of a large file (Git LFS), or the Git blob id of a small one. */
  readonly etag: string;
  /** In bytes. */
  readonly size: number;
}

/** A file that a model's repository does not have. */
export interface AbsentFile {
  readonly commit: string | undefined;
}

const headTimeout = 10_000;
const redirectLimit = 10;

export const isCommit = (revision: string): boolean => /^[0-9a-f]{40}$/.test(revision);

/**
 * Asks for a file's commit, checksum and size.
 *
 * @returns without `url` if the repository has no such file
 * @throws HubError  if there is no such model or revision, it is not open to us, or the hub cannot be reached
 *   (`details.unreachable` is then true)
 */
export async function locate(settings: HubSettings, repo: string, { revision, file }: { revision: string; file: string }): Promise<RemoteFile | AbsentFile> {
  const path = file.split('/').map(encodeURIComponent).join('/');
  const url = `${settings.endpoint}/${repo}/resolve/${encodeURIComponent(revision)}/${path}`;
  const found = await request(settings, url, { method: 'HEAD', headers: { 'accept-encoding': 'identity' }, signal: AbortSignal.timeout(headTimeout) });
  const { status, headers } = found.response;
  const commit = headers.get('x-repo-commit') ?? undefined;
  if (headers.get('x-error-code') === 'EntryNotFound') return { commit };
  if (status >= 400) throw refusal(settings, repo, { revision, file, status, code: headers.get('x-error-code') ?? '' });
  const etag = (headers.get('x-linked-etag') ?? headers.get('etag') ?? '').replace(/^W\//, '').replaceAll('"', '');
  const size = Number(headers.get('x-linked-size') ?? (status < 300 ? headers.get('content-length') : null) ?? NaN);
  if (commit && isCommit(commit) && /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(etag) && Number.isSafeInteger(size)) return { url, commit, etag, size };
  throw new HubError(
    `${repo}/${file}: expected a commit, a checksum and a size from ${settings.endpoint}, got ${commit}, "${etag}" and ${size}. Check that HF_ENDPOINT is a model hub.`,
    { details: { repo, file, endpoint: settings.endpoint } },
  );
}

/** Requests the bytes of a file from `start` on, wherever the hub sends us for them. */
export async function requestBytes(settings: HubSettings, url: string, start: number): Promise<Response> {
  const headers = { 'accept-encoding': 'identity', ...(start > 0 ? { range: `bytes=${start}-` } : {}) };
  return (await request(settings, url, { method: 'GET', headers, everywhere: true })).response;
}

interface RequestOptions {
  readonly method: 'HEAD' | 'GET';
  readonly headers: Record<string, string>;
  readonly signal?: AbortSignal;
  /** Follows redirects to other hosts too; else the hub's own answer that names one is the result. */
  readonly everywhere?: boolean;
}

/** Follows redirects by hand: the token goes to the hub alone, and the hub's answer has headers that the next has not. */
async function request(settings: HubSettings, start: string, { method, headers, signal, everywhere = false }: RequestOptions): Promise<{ response: Response }> {
  const { origin } = new URL(settings.endpoint);
  let url = new URL(start);
  for (let hop = 0; hop < redirectLimit; hop++) {
    const authorization: Record<string, string> = settings.token !== undefined && url.origin === origin ? { authorization: `Bearer ${settings.token}` } : {};
    const response = await settings.fetch(url, { method, headers: { ...headers, ...authorization }, redirect: 'manual', ...(signal ? { signal } : {}) }).catch((cause: unknown) => {
      throw unreachable(url, cause);
    });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || location === null) return { response };
    const next = new URL(location, url);
    if (next.origin !== origin && !everywhere) return { response };
    await response.body?.cancel();
    url = next;
  }
  throw new HubError(`${start}: expected a file after at most ${redirectLimit} redirects, got another. Try again later.`, { details: { url: start } });
}

const unreachable = (url: URL, cause: unknown): HubError =>
  new HubError(
    `${url.origin}: expected an answer, got ${reason(cause)}. Check the connection and HF_ENDPOINT, or set HF_HUB_OFFLINE=1 to use what was downloaded before.`,
    { details: { url: url.href, unreachable: true }, cause },
  );

/** fetch hides what went wrong in its error's cause. */
const reason = (error: unknown): string => {
  const { message, cause } = error as Error;
  return cause instanceof Error && cause.message ? cause.message : message;
};

interface Refusal {
  readonly revision: string;
  readonly file: string;
  readonly status: number;
  readonly code: string;
}

function refusal({ endpoint, token }: HubSettings, repo: string, { revision, file, status, code }: Refusal): HubError {
  const message = (): string => {
    if (code === 'GatedRepo') return `expected access, got a model that asks for it. Accept its terms at ${endpoint}/${repo}, then set HF_TOKEN.`;
    if (code === 'RevisionNotFound') return `expected a revision "${revision}", got a model without it. Choose a branch, tag or commit that ${endpoint}/${repo} lists.`;
    if (code === 'RepoNotFound' || status === 401 || status === 403 || status === 404) {
      const cure = token === undefined ? 'if it is private, set HF_TOKEN' : 'check that the token may read it';
      return `expected a model on ${endpoint} or a folder of that name, got neither (status ${status}). Check the name; ${cure}.`;
    }
    return `expected ${file}, got status ${status} from ${endpoint}. Try again later.`;
  };
  return new HubError(`${repo}: ${message()}`, { details: { repo, revision, file, status, code, ...(status >= 500 || status === 429 ? { unreachable: true } : {}) } });
}
