import { ConfigError, nodeModule, PrefixTuningError } from '@prefix-tuning/base';

const { spawn } = nodeModule('node:child_process');

/** What ran in a process of its own failed; `details` hold the code and details of the error there. */
export class RemoteError extends PrefixTuningError {
  readonly code = 'REMOTE';
}

/** What the process runs. It stands here as text because a package is one bundled file, and a process needs a file of its own or a text. */
const CHILD = `
let stopped = false;
process.once('disconnect', () => { stopped = true; });
process.once('message', async ({ module, argument }) => {
  process.once('message', () => { stopped = true; });
  const send = (message) => process.connected && new Promise((resolve) => process.send(message, resolve));
  try {
    const { default: start } = await import(module);
    for await (const event of start(argument)) {
      await send({ event });
      if (stopped) break;
    }
    await send({ done: true });
  } catch ({ name, message, code, details, stack }) {
    await send({ error: { name, message, stack, ...(details ? { code, details: JSON.parse(JSON.stringify(details)) } : {}) } });
  }
  if (process.connected) process.disconnect();
});
`;

interface RemoteFailure {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  /** Those of an error of this toolkit. */
  readonly code?: string;
  readonly details?: Record<string, unknown>;
}

type Message<Event> = { readonly event: Event } | { readonly done: true } | { readonly error: RemoteFailure };

export interface ProcessOptions {
  /** Options of Node.js; this process's own unless given. */
  readonly execArgv?: readonly string[];
}

/**
 * Runs what a module yields in a process of its own, so that the caller's event loop stays free and memory comes back
 * with its end (Node only).
 *
 * Leaving the loop stops the process after its current event, as the end of this process does; a run writes its
 * checkpoint first.
 *
 * @param module  its default export takes `argument` and gives an async iterable of plain data, such as `trainRun`'s events
 * @param argument  plain data
 * @throws ConfigError  if the module is no URL
 * @throws RemoteError  with the message of an error of this toolkit that was thrown there; others keep name and stack
 */
export async function* inProcess<Event>(module: URL, argument?: unknown, { execArgv = process.execArgv }: ProcessOptions = {}): AsyncGenerator<Event, void, void> {
  if (typeof module.href !== 'string') throw new ConfigError(`inProcess: expected the module's URL, got ${String(module)}. Pass new URL('./my-run.js', import.meta.url).`);
  const child = spawn(process.execPath, [...execArgv, '-e', CHILD], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], serialization: 'advanced' });
  const inbox = new Inbox<Message<Event>>();
  child.on('message', (message) => inbox.put(message as Message<Event>));
  child.on('error', ({ name, message, stack = '' }) => inbox.put({ error: { name, message, stack } }));
  const exited = new Promise<void>((resolve) => {
    child.once('close', (code, signal) => {
      const message = `the process that ran ${module.href} ended before its work, with ${signal ?? `code ${code}`}`;
      inbox.put({ error: { name: 'RemoteError', message, stack: '', code: 'ENDED', details: { code, signal } } });
      resolve();
    });
  });
  try {
    // Throws if the argument is no plain data: the process must end then too.
    child.send({ module: module.href, argument });
    for (;;) {
      const message = await inbox.take();
      if ('error' in message) throw errorOf(message.error);
      if ('done' in message) return;
      yield message.event;
    }
  } finally {
    if (child.connected) child.send('stop', () => {});
    await exited;
  }
}

function errorOf({ name, message, stack, code, details }: RemoteFailure): Error {
  if (details) return new RemoteError(message, { details: { ...details, code } });
  return Object.assign(new Error(message), { name, stack });
}

/** Messages in order, and whoever waits for the next. */
class Inbox<T> {
  private readonly messages: T[] = [];
  private waiting: ((message: T) => void) | undefined;

  put(message: T): void {
    const { waiting } = this;
    this.waiting = undefined;
    if (waiting) waiting(message);
    else this.messages.push(message);
  }

  take(): Promise<T> {
    const next = this.messages.shift();
    return next === undefined ? new Promise((resolve) => (this.waiting = resolve)) : Promise.resolve(next);
  }
}
