import { cpus, totalmem } from 'node:os';

/** `Xeon ..., 2 cores, 16 GB, node v20.19.0, linux` */
export function machine(): string {
  const processors = cpus();
  return [processors[0]?.model ?? 'unknown processor', `${processors.length} cores`, `${Math.round(totalmem() / 1e9)} GB`, `node ${process.version}`, process.platform].join(', ');
}
