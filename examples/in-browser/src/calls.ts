/** The two files of a PEFT folder, by name. */
export type PrefixFiles = Record<string, Uint8Array<ArrayBuffer>>;

export interface Opened {
  /** Numbers of the model. */
  readonly parameters: number;
  /** Bytes of its files. */
  readonly bytes: number;
  readonly threads: number;
}

export interface Settings {
  readonly length: number;
  readonly steps: number;
  readonly learningRate: number;
}

export interface Step {
  readonly step: number;
  readonly steps: number;
  /** Mean -log p of a target's token. */
  readonly loss: number;
}

export interface Described {
  /** Tokens that the prefix stands for. */
  readonly length: number;
  /** Numbers that it holds. */
  readonly numbers: number;
}

export interface Written {
  readonly alone: string;
  readonly tuned: string | undefined;
}

/** What the page asks of the worker. */
export interface Calls {
  open(argument: null): Promise<Opened>;
  train(argument: { text: string; settings: Settings }, onStep: (step: Step) => void): Promise<PrefixFiles>;
  stop(argument: null): Promise<void>;
  describe(argument: { files: PrefixFiles }): Promise<Described>;
  write(argument: { source: string; files: PrefixFiles | undefined }): Promise<Written>;
}

type Name = keyof Calls;
type Message = { readonly step: Step } | { readonly result: unknown } | { readonly error: { message: string; line: number | undefined } };

/** An error of the worker; `line` is that of the examples where something is wrong. */
export class CallError extends Error {
  constructor(
    message: string,
    readonly line: number | undefined,
  ) {
    super(message);
  }
}

/** The page's side: each call has a channel of its own, on which steps, then the result or an error come back. */
export function callsTo(worker: Worker): <N extends Name>(name: N, argument: Parameters<Calls[N]>[0], onStep?: (step: Step) => void) => ReturnType<Calls[N]> {
  return (name, argument, onStep) => {
    const { port1, port2 } = new MessageChannel();
    worker.postMessage({ name, argument }, [port2]);
    return new Promise((resolve, reject) => {
      port1.onmessage = ({ data }: MessageEvent<Message>) => {
        if ('step' in data) return onStep?.(data.step);
        port1.close();
        if ('error' in data) reject(new CallError(data.error.message, data.error.line));
        else resolve(data.result as never);
      };
    }) as ReturnType<Calls[typeof name]>;
  };
}

/** The worker's side. */
export function answer(calls: Calls): void {
  addEventListener('message', async ({ data, ports: [port] }: MessageEvent<{ name: Name; argument: never }>) => {
    const send = (message: Message) => port!.postMessage(message);
    try {
      send({ result: await calls[data.name](data.argument, (step) => send({ step })) });
    } catch (error) {
      const { message, details } = error as Error & { details?: { line?: number } };
      send({ error: { message, line: details?.line } });
    }
  });
}
