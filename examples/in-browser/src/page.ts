/** The page: forms, what they ask of the worker, and what is shown of the answers. */
import { callsTo, CallError, type Opened, type PrefixFiles, type Step } from './calls.js';
import { lossChart } from './chart.js';
import { pace } from './pace.js';
import examples from './pairs.csv?raw';

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
const call = callsTo(worker);

const byId = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const input = (id: string) => byId<HTMLInputElement>(id);
const pairs = byId<HTMLTextAreaElement>('pairs');
const [train, stop, write] = ['train', 'stop', 'write'].map(byId<HTMLButtonElement>) as [HTMLButtonElement, HTMLButtonElement, HTMLButtonElement];
const chart = lossChart(byId('chart'));
const show = (id: string, text: string) => (byId(id).textContent = text);

let model: Opened | undefined;
/** The prefix that was trained or loaded last. */
let prefix: PrefixFiles | undefined;

/** Does what a form asks for; forms rest meanwhile, and what goes wrong is said at its place: at the examples if they are at fault. */
async function working(errorId: string, work: () => Promise<void>): Promise<void> {
  for (const id of ['pairs-error', errorId]) show(id, '');
  setBusy(true);
  try {
    await work();
  } catch (error) {
    const { message } = error as Error;
    show(message.startsWith('examples') ? 'pairs-error' : errorId, message);
    if (error instanceof CallError && error.line !== undefined) selectLine(error.line);
  } finally {
    setBusy(false);
  }
}

function setBusy(busy: boolean): void {
  for (const button of [train, write]) button.disabled = busy || !model;
  input('prefix-files').disabled = busy || !model;
}

function selectLine(line: number): void {
  const lines = pairs.value.split('\n');
  const start = lines.slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0);
  pairs.focus();
  pairs.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
}

const number = (value: number) => value.toLocaleString('en');
const seconds = (value: number) => (value < 90 ? `${Math.ceil(value)} s` : `${Math.round(value / 60)} min`);

async function open(): Promise<void> {
  model = await call('open', null);
  const threads = model.threads > 1 ? `${model.threads} threads` : crossOriginIsolated ? 'one thread' : 'one thread, since this page is not isolated across origins';
  show('status', `Model ready: mini-gpt2-medium, ${number(model.parameters)} numbers (${(model.bytes / 1e6).toFixed(1)} MB), on ${threads}.`);
  await writeBoth();
}

async function trainPrefix(): Promise<void> {
  const settings = { length: input('length').valueAsNumber, steps: input('steps').valueAsNumber, learningRate: input('learning-rate').valueAsNumber };
  const paceOf = pace(settings.steps);
  const before = byId('progress').textContent!;
  let files: PrefixFiles;
  let last: Step | undefined;
  show('progress', 'Compiling the training step …');
  [train.hidden, stop.hidden, stop.disabled] = [true, false, false];
  stop.focus();
  // Screen readers wait for the end; each step would be too much to read out.
  byId('progress').ariaBusy = 'true';
  try {
    files = await call('train', { text: pairs.value, settings }, (step) => {
      if (!last) chart.start(step.steps);
      last = step;
      chart.add(step.step, step.loss);
      const speed = paceOf(step.step, performance.now());
      const times = speed ? ` ${speed.stepsPerSecond.toFixed(1)} steps a second, about ${seconds(speed.secondsLeft)} left.` : '';
      show('progress', `Step ${step.step} of ${step.steps}, loss ${step.loss.toFixed(3)}.${times}`);
    });
  } catch (error) {
    show('progress', before);
    throw error;
  } finally {
    [train.hidden, stop.hidden] = [false, true];
    byId('progress').ariaBusy = 'false';
  }
  await usePrefix(files, last && last.step < last.steps ? `Stopped after step ${last.step}` : `Trained ${last!.step} steps`, last);
}

/** Takes a prefix as the page's own: says what it is, offers its files, and writes with it. */
async function usePrefix(files: PrefixFiles, origin: string, last?: Step): Promise<void> {
  const { length, numbers } = await call('describe', { files });
  prefix = files;
  const loss = last ? `, loss ${last.loss.toFixed(3)}` : '';
  const share = ((100 * numbers) / model!.parameters).toFixed(2);
  show('progress', `${origin}${loss}. The prefix holds ${number(numbers)} numbers (length ${length}): ${share}% of the model's.`);
  show('tuned', '…');
  byId('downloads').replaceChildren(...Object.entries(files).map(downloadLink));
  await writeBoth();
}

function downloadLink([name, bytes]: [string, Uint8Array<ArrayBuffer>]): HTMLAnchorElement {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes]));
  link.download = name;
  link.className = 'button';
  link.textContent = `Download ${name}`;
  return link;
}

async function writeBoth(): Promise<void> {
  const { alone, tuned } = await call('write', { source: input('source').value, files: prefix });
  show('alone', alone);
  if (tuned === undefined) return;
  show('tuned', tuned);
  byId('tuned').classList.remove('hint');
}

async function loadPrefix(chosen: FileList): Promise<void> {
  const files: PrefixFiles = {};
  for (const file of chosen) files[file.name] = new Uint8Array(await file.arrayBuffer());
  await usePrefix(files, 'Loaded');
}

async function openPairs(file: File | undefined): Promise<void> {
  if (!file) return;
  pairs.value = await file.text();
  show('pairs-error', '');
}

byId('training').addEventListener('submit', (event) => {
  event.preventDefault();
  void working('training-error', trainPrefix).then(() => {
    // The button that had the focus was hidden on the way.
    if (document.activeElement === document.body) train.focus();
  });
});
stop.addEventListener('click', () => {
  stop.disabled = true;
  void call('stop', null);
});
byId('writing').addEventListener('submit', (event) => {
  event.preventDefault();
  void working('writing-error', writeBoth);
});
input('pairs-file').addEventListener('change', ({ currentTarget }) => {
  const field = currentTarget as HTMLInputElement;
  void openPairs(field.files?.[0]).then(() => (field.value = ''));
});
input('prefix-files').addEventListener('change', ({ currentTarget }) => {
  const field = currentTarget as HTMLInputElement;
  void working('keep-error', () => loadPrefix(field.files!)).then(() => (field.value = ''));
});
pairs.addEventListener('dragover', (event) => event.preventDefault());
pairs.addEventListener('drop', (event) => {
  if (!event.dataTransfer?.files.length) return;
  event.preventDefault();
  void openPairs(event.dataTransfer.files[0]);
});

pairs.value = examples;
chart.start(input('steps').valueAsNumber);
worker.addEventListener('error', ({ message }) => show('status', `The worker did not start: ${message}. Reload the page, or use a current browser.`));
open().then(
  () => setBusy(false),
  (error: Error) => show('status', error.message),
);
