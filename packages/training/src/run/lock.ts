import { FileError, nodeModule } from '@prefix-tuning/base';
import { makeFolder } from '../files.js';

const { randomBytes } = nodeModule('node:crypto');
const { readdir, readFile, rm, writeFile } = nodeModule('node:fs/promises');
const { hostname } = nodeModule('node:os');
const { join } = nodeModule('node:path');
const { setTimeout } = nodeModule('node:timers/promises');

/** Two that start at the same moment see each other and both step back; they try again at different times. */
const attempts = 5;
const longestWait = 200;

/**
 * Makes this process the only one that trains in a folder.
 *
 * Each process puts a file there whose name says who it is, and only then looks for those of others: of two, at least one
 * sees the other. The file of a process that has ended counts for nothing and is removed, so a killed run locks nobody out.
 *
 * @returns gives the folder free
 * @throws FileError  if another process, or another run of this one, trains in it, or it cannot be made or written to
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  await makeFolder(folder);
  const own = await lockName();
  const release = () => rm(join(folder, own), { force: true });
  for (let attempt = 1; ; attempt++) {
    await writeLock(join(folder, own));
    const other = await otherHolder(folder, own);
    if (other === undefined) return release;
    await release();
    if (attempt === attempts) throw refusal(folder, other);
    await setTimeout(longestWait * Math.random());
  }
}

interface Holder {
  readonly file: string;
  readonly host: string;
  readonly pid: number;
  /** When the process started, in clock ticks since the machine did; 0 where the system does not tell. */
  readonly started: number;
}

async function lockName(): Promise<string> {
  const started = (await processState(process.pid))?.started ?? 0;
  return `run.${process.pid}.${started}.${randomBytes(4).toString('hex')}.${encodeURIComponent(hostname())}.lock`;
}

function holderOf(file: string): Holder | undefined {
  const [, pid, started, host] = /^run\.(\d+)\.(\d+)\.[0-9a-f]{8}\.(.+)\.lock$/.exec(file) ?? [];
  return host === undefined ? undefined : { file, host: decodeURIComponent(host), pid: Number(pid), started: Number(started) };
}

async function writeLock(path: string): Promise<void> {
  await writeFile(path, '').catch((cause: Error) => {
    throw new FileError(`${path}: expected to write the run's lock, got ${cause.message}. Check the folder, its permissions and the free space.`, { details: { file: path }, cause });
  });
}

/** Somebody else who trains in the folder; what dead processes left is removed. */
async function otherHolder(folder: string, own: string): Promise<Holder | undefined> {
  for (const name of await readdir(folder)) {
    const holder = holderOf(name);
    if (!holder || name === own) continue;
    if (await isAlive(holder)) return holder;
    await rm(join(folder, name), { force: true });
  }
  return undefined;
}

/** A process of another machine cannot be asked, and counts as alive. */
async function isAlive({ host, pid, started }: Holder): Promise<boolean> {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: there is a process of that number, and it is another user's.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const state = await processState(pid);
  // Numbers of processes are given out again; a zombie has ended, and waits only for its parent to notice.
  return state === undefined || started === 0 || (state.started === started && state.letter !== 'Z');
}

/** What Linux tells of a process (proc(5), stat); undefined elsewhere. */
async function processState(pid: number): Promise<{ letter: string; started: number } | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return undefined;
  // The second field is the command in parentheses, which may hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { letter: fields[0]!, started: Number(fields[19]) };
}

function refusal(folder: string, { file, pid, host }: Holder): FileError {
  const where = host === hostname() ? '' : ` on ${host}`;
  return new FileError(
    `${folder}: expected a folder that no other run trains in, got one that process ${pid}${where} does. Wait for it, stop it, or choose another folder; if it has ended, delete ${join(folder, file)}.`,
    { details: { folder, file: join(folder, file), pid, host } },
  );
}
