import { existsSync, readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

/** `Xeon ..., 2 cores, 16 GB, node v20.19.0, linux` */
export function machine(): string {
  const processors = cpus();
  return [processors[0]?.model ?? 'unknown processor', `${processors.length} cores`, `${Math.round(totalmem() / 1e9)} GB`, `node ${process.version}`, process.platform].join(', ');
}

/**
 * Most memory that this process ever had resident, in bytes. On Linux from its own status: what getrusage tells begins with
 * the size of the process that started it. Pages of a file that several programs map count once.
 */
export function peakMemory(): number {
  if (!existsSync('/proc/self/smaps_rollup')) return 1024 * process.resourceUsage().maxRSS;
  const kilobytes = (file: string, field: string) => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/self/${file}`, 'utf8'))![1]);
  const countedAgain = kilobytes('smaps_rollup', 'Rss') - kilobytes('smaps_rollup', 'Pss');
  return 1024 * (kilobytes('status', 'VmHWM') - countedAgain);
}
