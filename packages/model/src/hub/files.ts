import { fileSource } from '@prefix-tuning/safetensors';
import type { ModelFiles } from '../load/files.js';
import { repoCache, type RepoCache } from './cache.js';
import { download } from './download.js';
import { HubError } from './errors.js';
import { isCommit, locate } from './protocol.js';
import { hubSettings, type HubOptions, type HubSettings } from './settings.js';

/**
 * A model on the Hugging Face hub: each file is downloaded when it is first opened, into the cache that Python's
 * huggingface_hub uses, and all files are of one commit (Node only).
 *
 * Without a connection the commit that the cache knows is taken.
 *
 * @param repo  `name` or `organisation/name`
 * @throws HubError  if there is no such model or revision, it is not open to us, or the hub cannot be reached and the
 *   cache does not have it
 */
export async function openHub(repo: string, options: HubOptions = {}): Promise<ModelFiles> {
  const settings = await hubSettings(options);
  const cache = repoCache(settings.cache, repo);
  const commit = await resolveCommit(settings, cache, repo);
  const fetchFile = async (file: string): Promise<string | undefined> => {
    const cached = await cache.find(commit, file);
    if (cached !== undefined || settings.offline || (await cache.isAbsent(commit, file))) return cached;
    const remote = await locate(settings, repo, { revision: commit, file });
    if (!('url' in remote)) {
      await cache.markAbsent(commit, file);
      return undefined;
    }
    await download(settings, remote, { path: cache.blob(remote.etag), label: `${repo}/${file}` });
    return cache.link(remote.etag, commit, file);
  };
  return {
    name: repo,
    ...(settings.offline ? { ifMissing: ' Offline (HF_HUB_OFFLINE), only the cache is looked at: load it once with a connection.' } : {}),
    has: async (file) => (await cache.find(commit, file)) !== undefined || (!settings.offline && 'url' in (await locate(settings, repo, { revision: commit, file }))),
    open: async (file) => {
      const path = await fetchFile(file);
      return path === undefined ? undefined : fileSource(path);
    },
  };
}

/** The commit that a revision stands for: as the hub says, or without it as the cache remembers. */
async function resolveCommit(settings: HubSettings, cache: RepoCache, repo: string): Promise<string> {
  const { revision, offline } = settings;
  if (isCommit(revision)) return revision;
  const remembered = await cache.readRef(revision);
  const known = remembered !== undefined && isCommit(remembered) ? remembered : undefined;
  if (!offline) {
    try {
      const { commit } = await locate(settings, repo, { revision, file: 'config.json' });
      if (commit === undefined || !isCommit(commit)) throw new HubError(`${repo}: expected a commit for "${revision}", got ${commit}. Check that HF_ENDPOINT is a model hub.`);
      if (commit !== known) await cache.writeRef(revision, commit);
      return commit;
    } catch (error) {
      if (known === undefined || !(error instanceof HubError) || error.details['unreachable'] !== true) throw error;
    }
  }
  if (known !== undefined) return known;
  throw new HubError(
    `${repo}: expected a folder of that name or a model in ${settings.cache}, got neither, and HF_HUB_OFFLINE forbids to download "${revision}". Load it once with a connection.`,
    { details: { repo, revision, cache: settings.cache } },
  );
}
