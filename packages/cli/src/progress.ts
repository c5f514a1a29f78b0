import type { OnProgress, Progress } from '@prefix-tuning/base';

export interface ProgressView {
  readonly report: OnProgress;
  /** Ends the current line. */
  finish(): void;
  /** Takes the current line off a terminal, to print something in its place; progress goes on below that. */
  clear(): void;
}

export interface ProgressViewOptions {
  readonly stream?: NodeJS.WriteStream;
  /** Milliseconds; replaced in tests. */
  readonly now?: () => number;
}

/**
 * Draws progress: one line that is rewritten on a terminal, a plain line every ten seconds elsewhere.
 *
 * Tasks that end within a second are not drawn. The remaining time is the remaining work over the rate of
 * the last stretch of the work itself, so that a slow start does not spoil it.
 */
export function progressView({ stream = process.stderr, now = Date.now }: ProgressViewOptions = {}): ProgressView {
  const interval = stream.isTTY ? 100 : 10_000;
  let meter: Meter | undefined;
  let drawnAt = -Infinity;
  let open = false;
  const close = () => {
    if (open) stream.write('\n');
    open = false;
  };
  const draw = (progress: Progress) => {
    const line = formatProgress(progress, meter!.remainingSeconds(progress));
    stream.write(stream.isTTY ? `\r\x1b[2K${line.slice(0, (stream.columns ?? 80) - 1)}` : `${line}\n`);
    open = Boolean(stream.isTTY);
    drawnAt = now();
  };
  return {
    report: (progress) => {
      if (progress.task !== meter?.task) {
        close();
        meter = new Meter(progress.task, now);
        drawnAt = now() + 1000 - interval;
      }
      meter.add(progress.done);
      const last = progress.total !== undefined && progress.done >= progress.total;
      if (now() - drawnAt >= interval || (last && meter.seconds() >= 1)) draw(progress);
      if (last) close();
    },
    finish: close,
    clear: () => {
      if (open) stream.write('\r\x1b[2K');
      open = false;
    },
  };
}

/** Measures the rate of a task over its most recent half of measured time. */
class Meter {
  private readonly marks: { time: number; done: number }[] = [];
  private readonly start: number;

  constructor(
    readonly task: string,
    private readonly now: () => number,
  ) {
    this.start = now();
  }

  seconds(): number {
    return (this.now() - this.start) / 1000;
  }

  add(done: number): void {
    const time = this.now();
    this.marks.push({ time, done });
    // Marks older than half of the measured time no longer speak for the rest.
    const horizon = time - Math.max(1000, (time - this.start) / 2);
    while (this.marks.length > 2 && this.marks[1]!.time < horizon) this.marks.shift();
  }

  remainingSeconds({ done, total }: Progress): number | undefined {
    const first = this.marks[0]!;
    const gained = done - first.done;
    if (total === undefined || gained <= 0) return undefined;
    return ((total - done) * (this.now() - first.time)) / 1000 / gained;
  }
}

/** `prefix  [#####.....] 50/100 steps  0:12 left  loss 2.31` */
export function formatProgress({ task, done, total, unit = '', note = '' }: Progress, remaining?: number): string {
  const amount = (n: number) => (unit === 'bytes' ? `${(n / 1e6).toFixed(1)} MB` : n.toLocaleString('en'));
  const count = `${amount(done)}${total === undefined ? '' : `/${amount(total)}`}${unit && unit !== 'bytes' ? ` ${unit}` : ''}`;
  const bar = total === undefined ? '' : `[${barOf(total === 0 ? 1 : done / total, 20)}]`;
  const left = remaining === undefined ? '' : `${formatDuration(remaining)} left`;
  return [task, bar, count, left, note].filter(Boolean).join('  ');
}

function barOf(share: number, width: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * width);
  return '#'.repeat(filled) + '.'.repeat(width - filled);
}

/** Seconds as `0:07`, `3:25` or `1:02:09`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (n: number) => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
