import { ConfigError } from '@prefix-tuning/base';
import { afterEach, expect, test, vi } from 'vitest';
import { boardView, formatDuration, parseOptions, progressView, renderTable, runCommand } from './index.js';

afterEach(() => {
  process.exitCode = 0;
});

test('a table is aligned, its first column left and the others right', () => {
  expect(renderTable(['metric', 'ours'], [['BLEU', 69.7], ['NIST', 8.81]])).toBe('metric  ours\n------  ----\nBLEU    69.7\nNIST    8.81');
});

test('durations read like a clock', () => {
  expect([0.4, 7, 205, 3729].map(formatDuration)).toEqual(['0:00', '0:07', '3:25', '1:02:09']);
});

test('an unknown option is an error that shows the usage', () => {
  expect(() => parseOptions(['--nope'], { data: { type: 'string' } }, 'usage: x --data DIR')).toThrow(ConfigError);
  expect(parseOptions(['--data', 'd'], { data: { type: 'string' } }, '')).toMatchObject({ data: 'd' });
});

test.each(['--help', '-h'])('%s prints the usage to standard output, whatever else is given', async (help) => {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  await runCommand(async (args) => void parseOptions(args, {}, 'usage: x --data DIR'), ['--nope', help]);
  expect(write.mock.calls).toEqual([['usage: x --data DIR\n']]);
  expect(process.exitCode).toBe(0);
  write.mockRestore();
});

test('bad input gives one line and exit code 1', async () => {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  await runCommand(async () => {
    throw new ConfigError('a.csv: expected a column ref, got mr. Add it.');
  });
  expect(write.mock.calls).toEqual([['error: a.csv: expected a column ref, got mr. Add it.\n']]);
  expect(process.exitCode).toBe(1);
  write.mockRestore();
});

function fakeStream(isTTY: boolean) {
  const written: string[] = [];
  const stream = { isTTY, columns: 100, write: (text: string) => written.push(text) > 0 } as unknown as NodeJS.WriteStream;
  return { stream, written };
}

test('the remaining time follows the recent rate', () => {
  const { stream, written } = fakeStream(true);
  let time = 0;
  const view = progressView({ stream, now: () => time });
  // A slow first step (compilation), then ten steps a second.
  for (let done = 0; done <= 50; done++) {
    view.report({ task: 'train', done, total: 100, unit: 'steps' });
    time += done === 0 ? 2000 : 100;
  }
  expect(written.at(-1)).toContain('50/100 steps  0:05 left');
});

test('a line on a terminal gives way to what is printed', () => {
  const { stream, written } = fakeStream(true);
  let time = 0;
  const view = progressView({ stream, now: () => (time += 2000) });
  view.clear();
  expect(written).toEqual([]);
  view.report({ task: 'write', done: 1, total: 3 });
  view.clear();
  expect(written.at(-1)).toBe('\r\x1b[2K');
  view.finish();
  expect(written.at(-1)).toBe('\r\x1b[2K');
});

test('a board is redrawn in place on a terminal, under the lines that stay', () => {
  const { stream, written } = fakeStream(true);
  let time = 0;
  const view = boardView({ stream, now: () => (time += 200) });
  const tasks = [{ task: 'a', done: 1, total: 2, unit: 'steps' }];
  view.draw({ title: 'runs 1/4', share: 0.25, remainingSeconds: undefined, tasks });
  view.log('first: done');
  view.draw({ title: 'runs 2/4', share: 0.5, remainingSeconds: 65, tasks });
  const text = written.join('');
  expect(text).toContain('runs 1/4  [#####...............]  25%  remaining time not known yet\n  a  [##########..........]  1/2 steps\n');
  expect(text).toContain('\x1b[2A\x1b[0Jfirst: done\n');
  expect(text.endsWith('runs 2/4  [##########..........]  50%  1:05 left\n  a  [##########..........]  1/2 steps\n')).toBe(true);
});

test('work that ends within a second is not drawn', () => {
  const { stream, written } = fakeStream(false);
  let time = 0;
  const view = progressView({ stream, now: () => (time += 10) });
  for (let done = 1; done <= 5; done++) view.report({ task: 'short', done, total: 5 });
  expect(written).toEqual([]);
});
