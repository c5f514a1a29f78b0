import { existsSync, readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

/** `Xeon ..., 2 cores, 16 GB, node v20.19.0, linux` */
export function machine(): string {
  const processors = cpus();
  return [processors[0]?.model ?? 'unknown processor', `${processors.length} cores`, `${Math.round(totalmem() / 1e9)} GB`, `node ${process.version}`, process.platform].join(', ');
}

/**
 * Most memory that this process ever had resident, in bytes. On Linux from its own status: what getrusage tells begins with
 * the size of the process that started it.
 */
export function peakMemory(): number {
  const status = existsSync('/proc/self/status') ? /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8')) : null;
  return 1024 * (status ? Number(status[1]) : process.resourceUsage().maxRSS);
}
