/** How far a long piece of work is; libraries report it, only commands draw it. */
export interface Progress {
  /** What is being done, such as `pretrain` or `download model.safetensors`. */
  readonly task: string;
  readonly done: number;
  /** Undefined while the size of the work is not known. */
  readonly total?: number | undefined;
  /** Unit of `done` and `total`, such as `steps` or `bytes`. */
  readonly unit?: string | undefined;
  /** A few words worth seeing beside the bar, such as `loss 2.31`. */
  readonly note?: string | undefined;
}

export type OnProgress = (progress: Progress) => void;
