/**
 * Runs this example as a stranger would: the packages are packed, installed with npm into a temporary folder
 * beside a copy of the example, and its tests and its statistics command run there.
 *
 * Needs the built packages (nx build) and the package registry.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

function run(command, args, cwd) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', shell: process.platform === 'win32' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status} in ${cwd}:\n${stdout}\n${stderr}`);
  return stdout;
}

const temporary = mkdtempSync(join(tmpdir(), 'own-dataset-'));
try {
  for (const name of ['base', 'cli', 'datasets']) run('npx', ['--yes', packageManager, 'pack', '--pack-destination', temporary], join(root, 'packages', name));
  const tarballs = readdirSync(temporary).filter((name) => name.endsWith('.tgz'));

  const project = join(temporary, 'project');
  cpSync(here, project, { recursive: true, filter: (path) => !/node_modules|try\.mjs$|project\.json$/.test(path) });
  const manifest = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  const local = Object.fromEntries(tarballs.map((name) => [`@prefix-tuning/${/^prefix-tuning-([a-z]+)-/.exec(name)[1]}`, `file:../${name}`]));
  writeFileSync(join(project, 'package.json'), JSON.stringify({ ...manifest, dependencies: local }, null, 2));

  run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline'], project);
  console.log(run('npm', ['test'], project).split('\n').filter((line) => /^. (tests|pass|fail) /.test(line)).join('\n'));
  const statistics = run('npm', ['run', '--silent', 'statistics'], project);
  if (!/^phones +train +dev +test$/m.test(statistics)) throw new Error(`expected a table of statistics, got:\n${statistics}`);
  console.log(statistics);
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
