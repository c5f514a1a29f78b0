import type { Progress } from '@prefix-tuning/base';
import { formatDuration, formatProgress } from './progress.js';

/** How far work is that runs as several tasks at a time. */
export interface Board {
  /** Share of all the work, 0 to 1. */
  readonly share: number;
  /** Undefined while it is not known. */
  readonly remainingSeconds: number | undefined;
  readonly title: string;
  /** The tasks under way. */
  readonly tasks: readonly Progress[];
}

export interface BoardView {
  draw(board: Board): void;
  /** A line that stays, above the board. */
  log(line: string): void;
  /** Ends the board, which stays as it is. */
  finish(): void;
}

/**
 * Draws a board: lines that are rewritten on a terminal, one plain line every thirty seconds elsewhere.
 */
export function boardView({ stream = process.stderr, now = Date.now }: { readonly stream?: NodeJS.WriteStream; readonly now?: () => number } = {}): BoardView {
  const interval = stream.isTTY ? 100 : 30_000;
  let lines: readonly string[] = [];
  let drawnAt = now() - interval + Math.min(interval, 3000);
  const erase = () => stream.write(lines.length === 0 ? '' : `\x1b[${lines.length}A\x1b[0J`);
  const write = (next: readonly string[]) => {
    const width = (stream.columns ?? 80) - 1;
    stream.write(next.map((line) => `${line.slice(0, width)}\n`).join(''));
    lines = next;
  };
  return {
    draw(board) {
      if (now() - drawnAt < interval) return;
      drawnAt = now();
      if (!stream.isTTY) return void stream.write(`${headline(board)}\n`);
      erase();
      write([headline(board), ...board.tasks.map((task) => `  ${formatProgress(task)}`)]);
    },
    log(line) {
      if (!stream.isTTY) return void stream.write(`${line}\n`);
      const board = lines;
      erase();
      stream.write(`${line}\n`);
      write(board);
    },
    finish: () => void (lines = []),
  };
}

function headline({ title, share, remainingSeconds }: Board): string {
  const left = remainingSeconds === undefined ? 'remaining time not known yet' : `${formatDuration(remainingSeconds)} left`;
  return formatProgress({ task: title, done: Math.round(100 * share), total: 100, unit: '%', note: left }).replace('/100 %', '%');
}
